package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.wire.Fate;
import io.millrace.app.wire.Script;
import io.millrace.app.wire.WireRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances that stand still at the worst of moments while others take over, and instances that end in the middle of something. */
final class GroupFaultsIT {
    @TempDir
    static Path directory;

    private static WiredWorld world;

    private final Script script = new Script();

    @BeforeAll
    static void start() {
        world = new WiredWorld(directory);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void rule() {
        world.proxy.rule(script);
    }

    @Test
    void an_owner_that_stood_still_past_its_session_cannot_commit_and_comes_back_by_itself() throws Exception {
        try (OrderRun run = new OrderRun(world, "stood-still")) {
            MillraceProcess stands = run.start("a");
            run.start("b");
            int from = stands.output().length();
            // Its offsets come when its tasks are another's.
            Script.Step held = stopAt(run, stands, request -> request.api() == ApiKeys.TXN_OFFSET_COMMIT);
            Await.until(held::isDone, OrderRun.LIMIT, run::logs);
            stands.resume();
            run.await(stands, "lost [", from);
            run.await(stands, "back to the last checkpoint", from);
            run.awaitProgress();
            run.finish();
        }
    }

    @Test
    void an_owner_that_hears_in_the_middle_of_joining_that_it_is_out_has_lost_its_tasks() throws Exception {
        try (OrderRun run = new OrderRun(world, "out-while-joining")) {
            MillraceProcess stands = run.start("a");
            int from = stands.output().length();
            Script.Step held = stopAt(run, stands, request -> request.api() == ApiKeys.JOIN_GROUP);
            MillraceProcess takesOver = run.begin("b");
            Await.until(held::isDone, OrderRun.LIMIT, run::logs);
            run.await(takesOver, "assigned [0_");
            stands.resume();
            run.await(stands, "lost [", from);
            run.awaitProgress();
            run.finish();
        }
    }

    @Test
    void who_takes_over_ends_the_transaction_of_the_last_owner_and_goes_on_behind_it() throws Exception {
        // Time enough for the session to end, and another to ask, while the transaction is open.
        Map<String, String> patient = Map.of("producer.transaction.timeout.ms", "60000");
        try (OrderRun run = new OrderRun(world, "pending", patient)) {
            MillraceProcess stands = run.start("a");
            MillraceProcess takesOver = run.start("b");
            int from = takesOver.output().length();
            String ends = "are gone from the group and have left transactions open; aborting these";
            Script.Step held = script.next(1, request -> isOf(run, stands, request) && isCommit(request), request -> {
                stands.pause();
                run.await(takesOver, ends, from);
                return Fate.FORWARD;
            });
            Await.until(held::isDone, OrderRun.LIMIT, run::logs);
            stands.resume();
            run.await(takesOver, OrderRun.HAS_TASKS, takesOver.output().lastIndexOf(ends));
            run.awaitProgress();
            run.finish();
        }
    }

    @Test
    void sigterm_while_restoring_is_obeyed_and_the_next_start_restores() throws Exception {
        try (OrderRun run = new OrderRun(world, "stopped-restoring")) {
            MillraceProcess first = run.start("a", "--leave-on-stop");
            run.judge();
            first.terminate();
            assertThat(first.exitCode(OrderRun.GRACE)).as(run::logs).isZero();
            run.gone(first);

            String restore = run.job.name() + "-restore";
            Script.Step lost = script.next(
                    Integer.MAX_VALUE,
                    request ->
                            request.api() == ApiKeys.FETCH && request.clientId().equals(restore),
                    request -> Fate.CUT);
            MillraceProcess restoring = run.begin("empty");
            Await.until(() -> lost.met() > 5, OrderRun.LIMIT, run::logs);
            restoring.terminate();
            assertThat(restoring.exitCode(OrderRun.GRACE)).as(run::logs).isZero();
            assertThat(restoring.output()).doesNotContain(OrderRun.HAS_TASKS + ": 1");
            run.gone(restoring);

            script.clear();
            MillraceProcess again = run.begin("empty");
            run.await(again, OrderRun.HAS_TASKS);
            run.finish();
        }
    }

    @Test
    void a_source_that_gains_partitions_is_an_error_in_the_log_and_the_others_go_on() throws Exception {
        try (OrderRun run = new OrderRun(world, "gained", Map.of("consumer.metadata.max.age.ms", "1000"))) {
            MillraceProcess instance = run.start("a");
            world.admin
                    .createPartitions(Map.of(run.job.source(), NewPartitions.increaseTo(Orders.PARTITIONS + 1)))
                    .all()
                    .get();
            run.await(instance, "topic gained-orders has gained partitions since this job started; nobody reads them");
            assertThat(instance.output().lines().filter(line -> line.contains("has gained partitions")))
                    .allMatch(line -> line.contains("ERROR") && line.contains("Restart all instances"));
            run.awaitProgress();
            run.finish();
        }
    }

    @Test
    void a_full_heap_ends_the_process_loudly_and_another_with_more_goes_on() throws Exception {
        try (OrderRun run = new OrderRun(world, "full-heap")) {
            MillraceProcess before = run.start("a");
            before.kill();
            run.gone(before);
            // As the launcher has it.
            MillraceProcess small = run.begin("a", List.of("-Xmx24m", "-XX:+ExitOnOutOfMemoryError"));
            assertThat(small.exitCode(OrderRun.LIMIT)).as(run::logs).isEqualTo(3);
            assertThat(small.output()).contains("Terminating due to java.lang.OutOfMemoryError");
            run.gone(small);
            run.start("a");
            run.finish();
        }
    }

    /** At such a request of one of its workers the instance stands still; the request goes on its way when that worker is out of the group. */
    private Script.Step stopAt(OrderRun run, MillraceProcess instance, Predicate<WireRequest> which) {
        return script.next(1, request -> which.test(request) && isOf(run, instance, request), request -> {
            instance.pause();
            Await.until(() -> !world.members(run.job.name()).contains(request.clientId()), OrderRun.LIMIT, run::logs);
            return Fate.FORWARD;
        });
    }

    private static boolean isOf(OrderRun run, MillraceProcess instance, WireRequest request) {
        return request.clientId().startsWith(run.clientId(instance));
    }

    private static boolean isCommit(WireRequest request) {
        return request.api() == ApiKeys.END_TXN
                && ((EndTxnRequest) request.body()).data().committed();
    }
}
