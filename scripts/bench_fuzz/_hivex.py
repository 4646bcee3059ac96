# SPDX-License-Identifier: Apache-2.0
"""hivex from source, instrumented, whole or with something taken out, and the
harnesses that are linked with it."""
import pathlib
import re
import shlex
import shutil

from bench_fuzz import TOP, Infrastructure, run

# Small and sound: without lists of lists, li, segments or wide names.
SEEDS = ("good-empty", "good-types-all", "good-service")
FOLDERS = {"libfuzzer": TOP / "build" / "fuzz-libfuzzer",
           "afl": TOP / "build" / "bench-fuzz" / "afl"}


class Build:
    """The harnesses of one engine, linked with instrumented hivex."""

    def __init__(self, engine, targets):
        self.folder = FOLDERS[engine]
        configure = ["cmake", "--preset", f"fuzz-{engine}", "-B", self.folder,
                     "-DHP_TARGET_SOURCES=ON",
                     "-DHP_SANITIZE=address,undefined" +
                     (",fuzzer-no-link" if engine == "libfuzzer" else "")]
        run(configure, cwd=TOP)
        arguments = self.folder / "targets" / "hivex" / "arguments"
        if not arguments.exists():
            raise Infrastructure("the source of hivex is not available: "
                                 "scripts/target-source hivex")
        said = arguments.read_text(encoding="utf-8")
        self.version = said.splitlines()[0].split(":")[0]
        self.library = pathlib.Path(re.search("HIVEX_LIBRARY=(.*)", said)[1])
        self.source = pathlib.Path(re.search("INCLUDE_DIR=(.*)", said)[1])
        self.made = arguments.parent
        wanted = [*targets, "hiveproof",
                  *(["hp_afl_mutator"] if engine == "afl" else [])]
        run(["cmake", "--build", self.folder, "-j2", "--target", *wanted])

    def binary(self, target):
        return self.folder / "harnesses" / target

    def seeds(self, folder):
        """A new folder with the three small seeds in it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in SEEDS:
            run([self.folder / "engine" / "cli" / "hiveproof", "forge", "-o",
                 folder / name, TOP / "corpus" / "recipes" / f"{name}.recipe"])
        return folder

    def compiler(self):
        """The command that compiled hivex, without files."""
        text = (self.made / "lib" / "Makefile").read_text(encoding="utf-8")
        words = [re.search(rf"^{name} = (.*)$", text, re.M)[1]
                 for name in ("CC", "CFLAGS")]
        top = self.source.parent
        return [*shlex.split(" ".join(words)), "-DHAVE_CONFIG_H", "-w",
                *(f"-I{folder}" for folder in
                  (self.made, self.source, self.made / "gnulib" / "lib",
                   top / "gnulib" / "lib"))]

    def with_changed(self, file, text, targets, folder):
        """The harnesses linked with a hivex whose `file` is `text`: {target:
        path} in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        changed = folder / file
        changed.write_text(text, encoding="utf-8")
        item = folder / f"libhivex_la-{pathlib.Path(file).stem}.o"
        run([*self.compiler(), "-c", changed, "-o", item])
        library = folder / "libhivex.a"
        shutil.copy(self.library, library)
        run(["ar", "r", library, item])
        made = {}
        for target in targets:
            command = run(["ninja", "-C", self.folder, "-t", "commands", "-s",
                           f"harnesses/{target}"]).splitlines()[-1]
            made[target] = folder / target
            command = command.replace(f"-o harnesses/{target}",
                                      f"-o {made[target]}")
            command = re.sub(r"\S+/libhivex\.a", str(library), command)
            if str(library) not in command or str(made[target]) not in command:
                raise Infrastructure(f"how {target} is linked is not known")
            run(["sh", "-c", command], cwd=self.folder)
        changed.unlink()
        return made
