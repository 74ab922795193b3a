#!/usr/bin/env bash
# The flood solver beside its peers, one after another on the same machine, one thread each.
#
#   PEERS=<folder of bench_anuga.py and bench_itzi.py> ANUGA=<python with anuga 4.1> ITZI=<python with itzi-core> benches/peers_flood.sh
#
# A peer whose variable is not set is left out, and that is said. Each line of a peer is JSON; Mcell_steps_per_cpu_s is what is
# compared (ANUGA's cells are triangles). Ours: criterion's elements/s on 1000 x 1000 cells, all wet, and the machine's limit.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1
cargo bench -q -p shallow --bench flood -- "all wet, 1 threads|memory f32, 1 threads" 2>/dev/null | grep -E "^(flood|limit)|thrpt"
if [ -n "${PEERS:-}" ] && [ -n "${ANUGA:-}" ]; then
    for alg in DE0 DE1; do "$ANUGA" "$PEERS/bench_anuga.py" --case speed --n 250 --T 4 --alg $alg | tail -1; done
    "$ANUGA" "$PEERS/bench_anuga.py" --case stoker --alg DE1 | tail -1
    "$ANUGA" "$PEERS/bench_anuga.py" --case thacker --n 50 --alg DE1 | tail -1
else
    echo "ANUGA left out: PEERS or ANUGA is not set"
fi
if [ -n "${PEERS:-}" ] && [ -n "${ITZI:-}" ]; then
    "$ITZI" "$PEERS/bench_itzi.py" --case wet --n 1000 --maxsteps 200 | tail -1
else
    echo "Itzi left out: PEERS or ITZI is not set"
fi
