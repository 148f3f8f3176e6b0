"""Compiles a C program and runs it: npx opengpu submit examples/compiled --wait -- 40"""
import subprocess
import sys

subprocess.run(["gcc", "-O2", "-o", "mandel", "mandel.c"], check=True)
print(subprocess.run(["./mandel", *sys.argv[1:]], check=True, capture_output=True, text=True).stdout, end="")
