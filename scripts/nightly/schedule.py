# SPDX-License-Identifier: Apache-2.0
"""Who is next, and for how long. A pair is a target with an engine."""
import dataclasses
import math

LONGEST = 180  # seconds of a slice: engines share what they reach after each
SHORTEST = 2
TEAM = 4  # cores that work together on one slice when there is time
TEAM_SECONDS = 60  # which each slice must have then
BRIEF = 3  # rounds


@dataclasses.dataclass
class Plan:
    lanes: int  # slices at the same time
    teams: list  # cores of each lane
    seconds: int  # of a slice
    rounds: int


def plan(seconds, cores, targets, engines):
    """The share of each pair is the same, cut into slices that are as long as
    they may be; where time is short each gets one slice of one core."""
    pairs = targets * engines
    lanes = min(math.ceil(cores / TEAM), targets)
    if seconds * lanes / pairs < TEAM_SECONDS:
        lanes = min(cores, targets)
    share = seconds * lanes / pairs
    rounds = max(1, math.ceil(share / LONGEST))
    teams = [cores // lanes + (lane < cores % lanes) for lane in range(lanes)]
    return Plan(lanes, teams, max(SHORTEST, int(share / rounds)), rounds)


def due(used, busy):
    """The pair (target, engine) that had the least so far, or None; `used` is
    {pair: seconds} in the order of preference, `busy` are targets at work."""
    free = [pair for pair in used if pair[0] not in busy]
    return min(free, key=used.get, default=None)


def length(planned, left, slices):
    """Seconds of the next slice: where those before took longer, the `slices`
    that are still to come share the seconds that are `left`."""
    share = left * planned.lanes / max(1, slices)
    return max(SHORTEST, min(planned.seconds, int(share), int(left)))
