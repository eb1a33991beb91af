"""Pages: for visitors without an account, and for staff who answer them."""
