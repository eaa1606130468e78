"""What became of the loops of a kernel: as facts, and as text."""

import collections

LoopFacts = collections.namedtuple(
    "LoopFacts",
    "file line function source depth is_parallel grain shared is_outer vector_bits lanes unroll checks_in_vectors condition reason reason_line checks checks_otherwise allocations calls",
)


class LoopReport(list):
    """The facts of each loop, in the order of the source; as text, all that there is to say. `library` are the functions of NumPy that share their work among threads."""

    def __init__(self, reports):
        super().__init__(LoopFacts(**facts) for _, loops, _ in reports for facts in loops)
        self.library = [path for _, _, library in reports for path in library]
        self._text = "\n".join(text for text, _, _ in reports)

    def __str__(self):
        return self._text


def parallel_text(name, report, is_parallel, level):
    """What `parallel_diagnostics` prints below level 4."""
    shared_out = [facts for facts in report if facts.is_parallel]
    lines = [f"{name}: {len(shared_out)} of {len(report)} loops are shared out among threads"]
    around = []
    for facts in report:
        around = [outer for outer in around if outer.depth < facts.depth]
        lines.append(f"{'  ' * facts.depth}{facts.file}:{facts.line}  {facts.source}")
        indent = "  " * facts.depth + "    "
        lines.append(indent + _verdict(facts, around, is_parallel))
        if level >= 2 and facts.is_parallel:
            lines.append(f"{indent}grain: {facts.grain}")
            lines += [f"{indent}line {line}: elements are {what} here that iterations may share" for what, line in facts.shared]
        if level >= 3:
            lines.append(indent + _work(facts))
        around.append(facts)
    lines += [f"{path} shares its work among threads where there is enough" for path in report.library]
    return "\n".join(lines)


def _verdict(facts, around, is_parallel):
    if facts.is_parallel:
        return "shared out among threads"
    if not is_parallel:
        return "in order: the function has no `parallel=True`"
    outer = next((outer for outer in around if outer.is_parallel), None)
    if outer is not None:
        return f"in order, within an iteration of the loop in line {outer.line}"
    if "prange" in facts.source:
        return "in order: it updates arrays together with a loop around it"
    return "in order: only loops over `prange` and array expressions are shared out"


def _work(facts):
    if facts.vector_bits is not None:
        return f"in vectors of {facts.vector_bits} bits, {facts.lanes} iterations each"
    return "one by one" + (f": {facts.reason}" if facts.reason else "")
