"""Functions that kernels may call and that stay ordinary Python functions elsewhere."""

__all__ = ["register_jitable"]


def register_jitable(*functions, **options):
    """Lets kernels call a function; called from Python it runs as it is.

    Used as `@register_jitable`, or with options of `njit` for the calls from kernels, as in `@register_jitable(fastmath=True)`.
    """

    def register(function):
        from . import njit

        kernel = njit(**options)(function)
        if kernel is not function:
            function.__hotloop_kernel__ = kernel
        return function

    return register(*functions) if functions else register
