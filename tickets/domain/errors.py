"""The one error of the pure domain.

The domain may not import Django, so it cannot translate. It raises the English message id with its
parameters apart; whoever shows it to a person says it in that person's language (`gettext(error.message_id)`).
"""


def gettext_noop(message_id: str) -> str:
    """Mark a message id for extraction into the translation catalogue and give it back unchanged."""
    return message_id


class DomainError(ValueError):
    """An input that the rules cannot work with.

    `message_id` is the English sentence with `%(name)s` placeholders, `params` are their values.
    """

    def __init__(self, message_id: str, **params: object) -> None:
        super().__init__(message_id % params)
        self.message_id = message_id
        self.params = params
