"""Why Shegong can't start, told to the person at the terminal in one line each of Chinese and English."""


class LaunchProblem(Exception):
    """Something outside the program keeps it from starting. Shown as a reason and what to do, never as a traceback.

    Django's translations aren't loaded yet when most of these arise, so both languages are given and both are shown.
    """

    def __init__(self, zh: str, en: str) -> None:
        """`zh` and `en` each say the reason and what to do, on one line."""
        super().__init__(zh, en)
        self.zh = " ".join(zh.split())
        self.en = " ".join(en.split())

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"
