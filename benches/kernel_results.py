"""What a call of a kernel gave, and how far it is from what it should give."""

import hashlib

import numpy as np


def outcome(spec, call, arguments):
    """What a call returns and what it writes, on copies of the arrays that it writes."""
    given = [argument.copy() if at in spec.outs else argument for at, argument in enumerate(arguments)]
    result = call(*given)
    return result, [given[at] for at in spec.outs]


def differs(spec, found, reference, is_fast):
    """Why an outcome is not the right one; nothing if it is."""
    tolerance = spec.fast_tol if is_fast and spec.fast_tol else max(spec.tol, 1e-7 if is_fast else 0)
    pairs = list(zip([f"argument {at}" for at in spec.outs], found[1], reference[1]))
    if spec.ret:
        pairs.append(("the result", found[0], reference[0]))
    for what, one, other in pairs:
        why = _differ(np.asarray(one), np.asarray(other), tolerance)
        if why:
            return f"{what}: {why}"
    return None


def _differ(found, wanted, tolerance):
    if found.shape != wanted.shape:
        return f"its shape is {found.shape}, not {wanted.shape}"
    if found.dtype.kind in "iub" and wanted.dtype.kind in "iub":
        wrong = np.count_nonzero(found.astype(np.uint64) != wanted.astype(np.uint64))
        # A share of other integers is meant where they count steps that depend on rounding.
        most = tolerance * found.size if tolerance > 1e-6 else 0
        return None if wrong <= most else f"{wrong} of {found.size} differ"
    distance = np.abs(found - wanted)
    allowed = tolerance * (np.abs(wanted) + 1e-3 * np.max(np.abs(wanted), initial=0) + 1e-300)
    wrong = np.count_nonzero(~(distance <= allowed))
    return None if wrong == 0 else f"{wrong} of {found.size} differ, by {np.max(distance):.3g} at most"


def error_of(spec, found, reference):
    """The largest error, relative to the largest number that is right."""
    pairs = list(zip(found[1], reference[1])) + ([(found[0], reference[0])] if spec.ret else [])
    largest = 0.0
    for one, other in pairs:
        one, other = np.asarray(one), np.asarray(other)
        if one.dtype.kind in "iub":
            one, other = one.astype(float), other.astype(float)
        scale = np.max(np.abs(other), initial=0)
        if scale > 0:
            largest = max(largest, float(np.max(np.abs(one - other)) / scale))
    return largest


def digest(found):
    """A short text that is another one if any bit is."""
    bits = hashlib.sha256()
    for part in [found[0], *found[1]]:
        if part is not None:
            bits.update(np.ascontiguousarray(part).tobytes())
    return bits.hexdigest()[:16]
