"""The very SQL that the product sends to PostgreSQL, out of the server's log."""

import re
from dataclasses import dataclass

# `log_line_prefix` begins with the time.
LINE = re.compile(r"^\d{4}-\d\d-\d\d .*? (LOG|DETAIL|ERROR|FATAL|WARNING|STATEMENT|HINT):  (.*)$", re.DOTALL)
EXECUTE = re.compile(r"^execute [^:]*: (.*)$", re.DOTALL)
SIMPLE = re.compile(r"^statement: (.*)$", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')", re.DOTALL)


@dataclass
class Statement:
    sql: str
    # Texts, or None, in the order of $1, $2 and so on.
    parameters: list


class Capture:
    """What is logged while this lives. The server must log every statement, also of the connections made before."""

    def __init__(self, postgres):
        self.postgres = postgres
        self.settings = {}
        self.log = open(postgres.log, encoding="utf-8")
        # Connections that are open already have said how they want their statements planned.
        self.statements()

    def statements(self):
        """Those since the last call."""
        found = []
        for kind, text in self._entries():
            executed, simple = EXECUTE.match(text), SIMPLE.match(text)
            if kind == "LOG" and executed:
                found.append(Statement(executed[1], []))
            elif kind == "LOG" and simple:
                self.settings |= dict(re.findall(r"\bSET (enable_\w+|jit|random_page_cost) = ([\w.]+)", simple[1]))
                found.append(Statement(simple[1], []))
            elif kind == "DETAIL" and found and text.startswith("parameters: "):
                values = [value for _, value in PARAMETER.findall(text)]
                found[-1].parameters = [
                    None if value == "NULL" else value[1:-1].replace("''", "'") for value in values
                ]
        return found

    def _entries(self):
        entries = []
        # A line break within an entry is followed by a tab.
        for line in re.split(r"\n(?!\t)", self.log.read()):
            match = LINE.match(line)
            if match:
                entries.append((match[1], match[2].replace("\n\t", "\n")))
        return entries
