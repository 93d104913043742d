"""E-mail over the server of EMAIL_URL."""

from __future__ import annotations

import hashlib
import smtplib

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage
from django.utils.translation import gettext_noop

from tickets.channels.base import Outgoing, Permanent, Temporary


class Mail:
    """A plain mail; its Message-ID comes from the key, so that a mailbox shows one sent twice once."""

    def send(self, message: Outgoing) -> None:
        """Hand it to the mail server."""
        mail = EmailMessage(message.subject, message.text, to=[message.to], headers={"Message-ID": _id_of(message.key)})
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _fault(max((code for code, _text in error.recipients.values()), default=450)) from None
        except smtplib.SMTPResponseException as error:
            raise _fault(error.smtp_code) from None
        except BadHeaderError:
            raise Permanent(gettext_noop("a line break in the address")) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(f"mail server: {type(error).__name__}") from None


def _fault(code: int) -> Temporary | Permanent:
    """5yz is final but for the log-in, which the operator can mend."""
    is_final = 500 <= code < 600 and code not in (530, 534, 535)
    return Permanent(f"SMTP {code}") if is_final else Temporary(f"SMTP {code}")


def _id_of(key: str) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
