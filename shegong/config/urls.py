"""Root urls."""

urlpatterns: list[object] = []
