import math
from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def waivers_were_granted(apps, schema_editor):
    """What there is are waivers of rent, each granted by who asked: a day begun counts."""
    for row in apps.get_model("tickets", "Remedy").objects.all():
        row.asked_by_id, row.asked_at, row.decider = row.decided_by_id, row.decided_at, row.granted_as
        row.amount = max(1, math.ceil((row.covers_to - row.covers_from) / timedelta(days=1)))
        row.save()


def person(**options):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        null=True,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0001_initial"),
        ("tickets", "0006_desk_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="remedy", name="remedy_period_forward"),
        migrations.RemoveConstraint(model_name="remedy", name="remedy_kind_once"),
        migrations.RenameField(model_name="remedy", old_name="granted_at", new_name="decided_at"),
        migrations.RenameField(model_name="remedy", old_name="granted_by", new_name="decided_by"),
        migrations.AddField("remedy", "ground", models.CharField(default="", max_length=400, verbose_name="ground")),
        migrations.AddField(
            "remedy", "decision", models.CharField(default="approved", max_length=16, verbose_name="decision")
        ),
        migrations.AddField("remedy", "decision_note", models.CharField(blank=True, default="", max_length=400)),
        migrations.AddField("remedy", "asked_by", person()),
        migrations.AddField("remedy", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "remedy", "amount", models.DecimalField(decimal_places=2, default=1, max_digits=10, verbose_name="amount")
        ),
        migrations.AddField("remedy", "decider", models.CharField(blank=True, default="", max_length=32)),
        migrations.AddField(
            "remedy",
            "granted_in",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organization.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField("remedy", "taken_back_at", models.DateTimeField(null=True)),
        migrations.AddField("remedy", "taken_back_by", person()),
        migrations.AddField("remedy", "used_at", models.DateTimeField(null=True)),
        migrations.AddField("remedy", "used_by", person()),
        migrations.RunPython(waivers_were_granted, migrations.RunPython.noop),
    ]
