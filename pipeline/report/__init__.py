"""The report: templates and what they show become one HTML file and a PDF.

Comes in: results/ and templates/. Goes out: results/report. Uses `figures` and below.
"""
