"""Functions that kernels may call and that stay ordinary Python functions elsewhere."""

from ._missing import names_of
from ._overload import overload, overload_attribute, overload_method

__all__ = ["is_jitted", "overload", "overload_attribute", "overload_method", "register_jitable"]

# Numba's names that are not there: they can be imported, and fail where they are used.
__getattr__ = names_of(
    "numba.extending",
    "NativeValue SentryLiteralArgs as_numba_type box get_cython_function_address infer intrinsic lower_builtin lower_cast lower_getattr lower_getattr_generic lower_setattr "
    "lower_setattr_generic make_attribute_wrapper models overload_classmethod register_model type_callable typeof_impl unbox",
)


def is_jitted(function):
    """Whether a function is a kernel."""
    from ._dispatcher import Standing
    from ._hotloop import Dispatcher

    return isinstance(function, (Dispatcher, Standing))


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
