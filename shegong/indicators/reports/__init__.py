"""Work reports: written from the same records as the numbers, changed by people, issued, and from then on frozen."""
