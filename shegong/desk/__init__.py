"""Floor 10. The signed-in home: my day, search, dashboards. It only composes what lower floors offer."""
