#!/usr/bin/env bash
# The gas engine beside its peers, one after another on the same machine, one thread each.
#
#   PEERS=<folder of bench_python_peers.py> PYTHON=<python with chama and slabx> benches/peers_gas.sh
#
# Ours: criterion's elements/s (pairs of puff and place, people) and time of a dense run. chama: puffs and receptors in numpy;
# slabx: the dense jet of Desert Tortoise 4, which ours computes too.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1
cargo bench -q -p consequence --bench gas 2>/dev/null | grep -E "^gas|thrpt|time:"
if [ -n "${PEERS:-}" ] && [ -n "${PYTHON:-}" ]; then
    "$PYTHON" "$PEERS/bench_python_peers.py"
else
    echo "chama and slabx left out: PEERS or PYTHON is not set"
fi
