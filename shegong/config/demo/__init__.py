"""The demonstration city: the published figures of the reference city with simulated people, made from a seed."""
