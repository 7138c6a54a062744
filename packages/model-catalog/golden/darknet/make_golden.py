"""Makes the expected outputs in this folder with Darknet itself. See README.md."""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
DEBIAN = '/usr/lib/darknet'
HEADER_BYTES = 20

# Name of the cfg file: which Darknet runs it, and the layers whose outputs are kept beside the boxes.
CASES = {
    'v2-region': ('darknet', [12, 15]),
    'v3-tiny': ('darknet', [11, 17]),
    'v3-spp': ('darknet', [12]),
    'yolo-fastest': ('darknet', [10]),
    'region-logistic': ('darknet', [1]),
    'region-background': ('darknet', [0]),
    'layers': ('darknet', [0, 1, 2, 4, 5, 7, 9, 10, 12, 13, 14, 16, 17]),
    'v4-tiny': ('alexeyab', [9]),
    'v4': ('alexeyab', [6]),
    'v4-scaled': ('alexeyab', [3]),
}


def compiled(name, include, library, folder, flags=()):
    program = f'{folder}/{name}'
    subprocess.run(
        ['gcc', '-O1', '-w', *flags, f'-I{include}', f'{HERE}/make_golden.c', '-o', program, f'{library}/libdarknet.so',
         '-lm', f'-Wl,-rpath,{library}'],
        check=True,
    )
    return program


def main(alexeyab):
    with tempfile.TemporaryDirectory() as folder:
        programs = {
            'darknet': compiled('darknet', f'{DEBIAN}/include', DEBIAN, folder),
            'alexeyab': compiled('alexeyab', f'{alexeyab}/include', alexeyab, folder, ['-DALEXEYAB']),
        }
        cases = {}
        for name, (program, layers) in CASES.items():
            weights = pathlib.Path(folder, f'{name}.weights')
            answer = subprocess.run(
                [programs[program], HERE / f'{name}.cfg', HERE / name, weights, *map(str, layers)],
                check=True, capture_output=True, text=True,
            )
            cases[name] = {
                'layers': layers,
                'convolutions': json.loads(answer.stdout.splitlines()[-1]),
                'weights_sha256': hashlib.sha256(weights.read_bytes()[HEADER_BYTES:]).hexdigest(),
            }
    lines = [f'  {json.dumps(name)}: {json.dumps(case)}' for name, case in cases.items()]
    (HERE / 'cases.json').write_text('{\n' + ',\n'.join(lines) + '\n}\n')


main(sys.argv[1])
