from django.apps import AppConfig


class GraphConfig(AppConfig):
    name = "social.graph"
    label = "social_graph"
    verbose_name = "Social graph"
