"""The accounts of staff."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import SET_NULL
from django.db.models.deletion import get_candidate_relations_to_delete
from django.http import HttpRequest

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Accounts. Whoever has done anything stays on record: such an account is made inactive, and never deleted."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what would be deleted; if anything would no longer say by whom it was done, nothing can be."""
        on_record = [account for account in objs if _is_on_record(account)]
        if on_record:
            return (
                [],
                {},
                set(),
                [f"what {account} did: untick “Active” in the account instead" for account in on_record],
            )
        return super().get_deleted_objects(objs, request)


def _is_on_record(account: User) -> bool:
    """Whether anything says that this account did it; what only serves the account, such as a draft, doesn't."""
    relations: Any = get_candidate_relations_to_delete(User._meta)  # type: ignore[arg-type] # noqa: SLF001 - Django's
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: account}).exists()  # noqa: SLF001 - Django's
        for relation in relations
        if relation.on_delete is SET_NULL or relation.related_model is LogEntry
    )
