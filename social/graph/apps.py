from django.apps import AppConfig


class GraphConfig(AppConfig):
    name = "social.graph"
    label = "social_graph"
    verbose_name = "Social graph"

    def ready(self) -> None:
        from accounts.users.models import User
        from core import personal_data, reportable
        from social.graph.personal import KEEPER
        from social.graph.selectors import visible_person

        personal_data.register(KEEPER)
        reportable.register(
            reportable.Reportable(
                kind="person",
                label="person",
                visible=lambda viewer, key: visible_person(viewer, str(key)),
                find=lambda key: User.objects.filter(pk=key).first(),
                url=lambda person: f"/{person.username}/",
                author=lambda person: person,
                text=lambda person: f"{person.name}\n{person.bio}".strip(),
            )
        )
