"""What the workforce's screens show: one function per screen's data, always in a viewer's scope."""
