"""A Dask cluster does the same work as this machine; workers that die cost time, and a job that kills them only itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from jobs import die_at_three, double, jobs, refuse

from archivekit import software
from archivekit.errors import MissingRequirementError, OutputError, UsageError
from archivekit.workers import Lost, cluster, each


def slowly(number: int) -> tuple[int, int]:
    time.sleep(0.2)
    return number, os.getpid()


@pytest.mark.parametrize("address", ["dask://", "dask://here", "dask://a b:1", "tcp://127.0.0.1:1", "dask://me@here:1"])
def test_an_address_that_cannot_be_meant(address: str) -> None:
    with pytest.raises(UsageError, match="not of the form"), cluster.connect(address):
        pass


def test_what_decides_the_bytes_of_outputs_is_compared() -> None:
    assert {"python", "archivekit", "weasyprint", "msgspec"} <= software.versions().keys()
    assert "pytest" not in software.versions()


class Volume(NamedTuple):
    """A job that writes a file."""

    number: int
    target: Path


def print_it(volume: Volume) -> int:
    volume.target.write_text(f"volume {volume.number}")
    return volume.number


@pytest.mark.parametrize("alone", [False, True])
def test_files_come_from_a_worker_that_shares_no_disk(tmp_path: Path, alone: bool) -> None:
    """A folder that is not there stands for the disk of another machine."""
    here, there = Volume(1, tmp_path / "1.txt"), Volume(2, tmp_path / "not-there" / "2.txt")
    sent: Future[cluster._Sent] = Future()
    sent.set_result(cluster._there(partial(map_list, print_it), [here, there], cluster._targets([here, there]), alone))
    assert [path for path, _ in sent.result().files] == [there.target]
    assert not there.target.parent.exists()
    there.target.parent.mkdir()
    assert cluster._arrived(sent, ()).result() == [1, 2]
    assert (here.target.read_text(), there.target.read_text()) == ("volume 1", "volume 2")


def test_a_connection_that_breaks_in_an_answer_tells_of_a_scheduler_that_is_gone() -> None:
    from distributed.comm import CommClosedError

    sent: Future[cluster._Sent] = Future()
    sent.set_exception(CommClosedError("in <TCP (closed) ConnectionPool.gather>: Connection reset by peer"))
    with pytest.raises(OutputError, match="the scheduler of the cluster is gone"):
        cluster._arrived(sent, (CancelledError, CommClosedError)).result()


def map_list(work: Callable[[Volume], int], volumes: list[Volume]) -> list[int]:
    return list(map(work, volumes))


def test_a_process_that_cannot_begin_is_no_document_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.sys, "path", ["/nosuch"])
    with pytest.raises(MissingRequirementError, match="No module named"):
        cluster._apart(double, 1)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from dask_cluster import running

    with running(tmp_path_factory.mktemp("cluster")) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize(("alone", "batch"), [(False, 1), (False, 3), (True, 1)])
def test_results_come_in_order(address: str, alone: bool, batch: int) -> None:
    with cluster.connect(address) as workers:
        assert workers.slots == 2
        assert list(each(double, jobs(8), workers, alone=alone, batch=batch)) == [2, 4, 6, 8, 10, 12, 14, 16]


@pytest.mark.slow
def test_jobs_run_on_all_workers(address: str) -> None:
    with cluster.connect(address) as workers:
        done = list(each(slowly, jobs(8), workers))
    assert [number for number, _ in done if not isinstance(done, Lost)] == list(range(1, 9))
    assert len({pid for _, pid in done}) == 2


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True])
def test_errors_keep_their_place(address: str, alone: bool) -> None:
    with cluster.connect(address) as workers, pytest.raises(UsageError) as caught:
        list(each(refuse, jobs(2), workers, alone=alone))
    assert (caught.value.path, caught.value.offset) == ("a.txt", 7)


@pytest.mark.slow
@pytest.mark.parametrize(("alone", "batch"), [(True, 1), (False, 1), (False, 4)])
def test_a_job_that_kills_its_worker_is_named_and_the_others_are_done(address: str, alone: bool, batch: int) -> None:
    with cluster.connect(address) as workers:
        assert list(each(die_at_three, jobs(6), workers, alone=alone, batch=batch)) == [1, 2, Lost("job 3"), 4, 5, 6]


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_job(address: str) -> None:
    from dask_cluster import pids

    victims = pids(address)

    def kill() -> None:
        time.sleep(0.7)
        os.kill(next(iter(victims.values())), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    with cluster.connect(address) as workers:
        killer.start()
        done = list(each(slowly, jobs(20), workers))
    killer.join()
    assert [number for number, _ in done] == list(range(1, 21))
    assert next(iter(victims.values())) not in pids(address).values()


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_work_and_blames_no_job(tmp_path: Path) -> None:
    from dask_cluster import Process, running

    begun: list[Process] = []
    with running(tmp_path, begun=begun) as address, cluster.connect(address) as workers:
        done = each(slowly, jobs(100), workers)
        assert not isinstance(next(done), Lost)
        begun[0].kill()
        with pytest.raises(OutputError, match="the scheduler of the cluster is gone"):
            list(done)


@pytest.mark.slow
def test_a_client_that_has_given_the_scheduler_up_says_that_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dask_cluster import running

    monkeypatch.setattr(cluster, "LATELY", 0.0)
    with running(tmp_path) as address, cluster.connect(address) as workers:
        assert workers.slots >= 1
        workers._client.close()
        with pytest.raises(OutputError, match="the scheduler of the cluster is gone"):
            _ = workers.slots


@pytest.mark.slow
def test_workers_with_other_software_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(software.versions(), "archivekit", "0.0.1")
    with pytest.raises(MissingRequirementError, match=r"has archivekit .* \(here 0\.0\.1\)"), cluster.connect(address):
        pass


@pytest.mark.slow
def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 0.5)
    with pytest.raises(UsageError, match="no Dask scheduler answers"), cluster.connect("dask://127.0.0.1:9"):
        pass
