"""Acting together: what departments agreed on, volunteers, local groups, charities and their gifts."""
