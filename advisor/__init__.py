"""Will this model fit on that machine, how fast will it be, how do you know, and should I buy it."""

__version__ = "0.1.0"
