"""Making the groups that are the roles of the newsroom; for migrations, which name the permissions themselves."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.management import create_permissions


def grant(apps: Any, role: str, permissions: Iterable[str]) -> None:
    """Give the group named `role` the permissions, each as `app.codename`; the group is made if need be."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    wanted = [permission.split(".") for permission in permissions]
    for label in {label for label, _ in wanted}:
        _make_permissions(apps, label)
    for label, codename in wanted:
        permission = apps.get_model("auth", "Permission").objects.get(content_type__app_label=label, codename=codename)
        group.permissions.add(permission)


def revoke(apps: Any, role: str, permissions: Iterable[str]) -> None:
    """Take the permissions from the group again, the reverse of `grant` for a group that was there before."""
    codenames = [permission.partition(".")[2] for permission in permissions]
    group = apps.get_model("auth", "Group").objects.filter(name=role).first()
    if group:
        group.permissions.remove(*apps.get_model("auth", "Permission").objects.filter(codename__in=codenames))


def remove(apps: Any, role: str) -> None:
    """Delete the group, the reverse of `grant`."""
    apps.get_model("auth", "Group").objects.filter(name=role).delete()


def _make_permissions(apps: Any, label: str) -> None:
    # Django makes permissions after the last migration; a group needs them now.
    config = apps.get_app_config(label)
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
