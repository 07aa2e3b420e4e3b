"""Print what the validator of PDF/UA-1 finds wrong in a PDF, a line for each rule; runs in .venv-crate.

.venv-crate/bin/python tools/page/validate_pdf.py report/report.pdf
"""

import sys

import page


def main() -> None:
    """Command line."""
    for failure in page.validate_pdf(sys.argv[1], profile="ua1").failures:
        print(f"{failure.rule_id}: {failure.message}")


if __name__ == "__main__":
    main()
