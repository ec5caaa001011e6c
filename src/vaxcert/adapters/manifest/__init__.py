"""Manifests of airlines: a table of passengers with their certificates, and the decision about each of them.

The passengers of a table are read (`columns`, `passengers`, `pictures`), decided about in parts by several processes
(`worker`), and written beside what was decided (`answers`, `run`). What is done outlives a run that is killed (`work`).
"""
