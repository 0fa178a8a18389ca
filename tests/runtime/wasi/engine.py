# SPDX-License-Identifier: MIT
# Runs a WASI command under wasmtime's Python package, once for each case; or once with the
# arguments given, on the standard streams that this process has.
#
#   engine.py APP.wasm < cases.json
#   engine.py APP.wasm ARGUMENT...
#
# A case is {"args": [...], "env": {...}, "dir": FOLDER, "as": {NAME: FOLDER}, "input": TEXT}; the answer is a list of
# {"status": N, "output": TEXT, "trap": TEXT}, output being both standard streams in order.
import json
import os
import sys
import tempfile

import wasmtime


def run(engine, linker, module, case):
    config = wasmtime.WasiConfig()
    config.argv = [os.path.basename(sys.argv[1]), *case.get("args", [])]
    config.env = list(case.get("env", {}).items())
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    for name, folder in case.get("as", {".": "."}).items():
        config.preopen_dir(os.path.join(case.get("dir", "."), folder), name)
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    try:
        linker.instantiate(store, module).exports(store)["_start"](store)
    except wasmtime.ExitTrap as end:
        return end.code, ""
    except wasmtime.Trap as end:
        return 134, str(end)
    return 0, ""


def run_case(engine, linker, module, case, output):
    saved = [os.dup(fd) for fd in range(3)]
    source = tempfile.TemporaryFile()
    source.write(case.get("input", "").encode())
    source.seek(0)
    os.dup2(source.fileno(), 0)
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    try:
        return run(engine, linker, module, case)
    finally:
        for fd in range(3):
            os.dup2(saved[fd], fd)
            os.close(saved[fd])


def main():
    engine = wasmtime.Engine()
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    module = wasmtime.Module.from_file(engine, sys.argv[1])
    if len(sys.argv) > 2:
        status, trap = run(engine, linker, module, {"args": sys.argv[2:]})
        sys.exit(trap or status)
    results = []
    for case in json.load(sys.stdin):
        with tempfile.TemporaryFile() as output:
            status, trap = run_case(engine, linker, module, case, output)
            output.seek(0)
            text = output.read().decode()
        results.append({"status": status, "output": text, "trap": trap})
    json.dump(results, sys.stdout)


main()
