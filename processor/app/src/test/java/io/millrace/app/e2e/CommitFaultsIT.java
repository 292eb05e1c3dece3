package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.wire.Fate;
import io.millrace.app.wire.Script;
import io.millrace.app.wire.WireRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can go wrong with a commit, at the moment of the commit: requests and answers that get lost, and answers that say no. */
final class CommitFaultsIT {
    /** Three of these are over before a transaction times out. */
    private static final Map<String, String> IMPATIENT = Map.of("producer.max.block.ms", "1500");

    private static final int ALL = Integer.MAX_VALUE;
    private static final String ROLLED_BACK = "back to the last checkpoint";

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
    void a_commit_that_is_lost_once_on_either_way_is_sent_again_and_nothing_is_rolled_back() throws Exception {
        try (OrderRun run = new OrderRun(world, "lost-once")) {
            MillraceProcess instance = run.start("a");
            strike(run, script.next(1, CommitFaultsIT::isCommit, request -> Fate.CUT));
            strike(run, script.next(1, CommitFaultsIT::isCommit, request -> Fate.LOSE_RESPONSE));
            strike(run, script.next(1, ApiKeys.TXN_OFFSET_COMMIT, Fate.CUT));
            strike(run, script.next(1, ApiKeys.TXN_OFFSET_COMMIT, Fate.LOSE_RESPONSE));
            run.finish();
            assertThat(instance.output()).doesNotContain(ROLLED_BACK);
        }
    }

    @Test
    void commits_without_an_answer_that_never_arrived_are_found_not_to_have_counted() throws Exception {
        try (OrderRun run = new OrderRun(world, "never-arrived", IMPATIENT)) {
            MillraceProcess instance = run.start("a");
            UnknownCommit commit = loseAllCommits(Fate.CUT);
            run.await(instance, "no answer to a commit after 3 attempts");
            Map<TopicPartition, Long> committed = committed(run);
            script.clear();
            assertThat(commit.offsets).isNotEmpty();
            commit.offsets.forEach((partition, offset) ->
                    assertThat(committed.getOrDefault(partition, 0L)).isLessThan(offset));
            run.await(instance, "a new producer takes over");
            run.finish();
        }
    }

    @Test
    void commits_without_an_answer_that_were_carried_out_are_found_to_have_counted() throws Exception {
        try (OrderRun run = new OrderRun(world, "carried-out", IMPATIENT)) {
            MillraceProcess instance = run.start("a");
            UnknownCommit commit = loseAllCommits(Fate.LOSE_RESPONSE);
            run.await(instance, "no answer to a commit after 3 attempts");
            Map<TopicPartition, Long> committed = committed(run);
            script.clear();
            assertThat(commit.offsets).isNotEmpty();
            assertThat(committed).containsAllEntriesOf(commit.offsets);
            run.await(instance, "a new producer takes over");
            run.finish();
        }
    }

    @Test
    void a_coordinator_that_asks_for_patience_gets_it_and_nothing_is_rolled_back() throws Exception {
        try (OrderRun run = new OrderRun(world, "patience")) {
            MillraceProcess instance = run.start("a");
            for (Errors error : new Errors[] {
                Errors.CONCURRENT_TRANSACTIONS,
                Errors.COORDINATOR_LOAD_IN_PROGRESS,
                Errors.COORDINATOR_NOT_AVAILABLE,
                Errors.NOT_COORDINATOR
            }) {
                strike(run, script.next(2, CommitFaultsIT::isCommit, request -> new Fate.Answer(error)));
            }
            for (Errors error : new Errors[] {
                Errors.COORDINATOR_LOAD_IN_PROGRESS,
                Errors.COORDINATOR_NOT_AVAILABLE,
                Errors.NOT_COORDINATOR,
                Errors.REQUEST_TIMED_OUT
            }) {
                strike(run, script.next(2, ApiKeys.TXN_OFFSET_COMMIT, new Fate.Answer(error)));
            }
            run.finish();
            assertThat(instance.output()).doesNotContain(ROLLED_BACK);
        }
    }

    @Test
    void a_commit_that_is_refused_is_a_roll_back_whatever_the_reason() throws Exception {
        try (OrderRun run = new OrderRun(world, "refused")) {
            MillraceProcess instance = run.start("a");
            Predicate<WireRequest> commits = CommitFaultsIT::isCommit;
            refuse(run, instance, commits, Errors.PRODUCER_FENCED, "ProducerFencedException");
            refuse(run, instance, commits, Errors.INVALID_PRODUCER_EPOCH, "ProducerFencedException");
            refuse(run, instance, commits, Errors.INVALID_PRODUCER_ID_MAPPING, "InvalidPidMappingException");
            refuse(run, instance, commits, Errors.TRANSACTION_ABORTABLE, "TransactionAbortableException");
            refuse(run, instance, commits, Errors.INVALID_TXN_STATE, "InvalidTxnStateException");
            run.finish();
        }
    }

    @Test
    void records_that_are_refused_are_a_roll_back_whatever_the_reason() throws Exception {
        try (OrderRun run = new OrderRun(world, "refused-records")) {
            MillraceProcess instance = run.start("a");
            Predicate<WireRequest> records = request -> request.api() == ApiKeys.PRODUCE;
            refuse(run, instance, records, Errors.INVALID_PRODUCER_EPOCH, "InvalidProducerEpochException");
            refuse(run, instance, records, Errors.TRANSACTION_ABORTABLE, "TransactionAbortableException");
            refuse(run, instance, records, Errors.INVALID_TXN_STATE, "InvalidTxnStateException");
            run.finish();
        }
    }

    @Test
    void offsets_that_are_refused_are_a_roll_back_whatever_the_reason() throws Exception {
        try (OrderRun run = new OrderRun(world, "refused-offsets")) {
            MillraceProcess instance = run.start("a");
            Predicate<WireRequest> offsets = request -> request.api() == ApiKeys.TXN_OFFSET_COMMIT;
            refuse(run, instance, offsets, Errors.ILLEGAL_GENERATION, "generation id is not valid");
            refuse(run, instance, offsets, Errors.UNKNOWN_MEMBER_ID, "not aware of this member");
            refuse(run, instance, offsets, Errors.FENCED_INSTANCE_ID, "another member under the name of this worker");
            refuse(run, instance, offsets, Errors.INVALID_PRODUCER_EPOCH, "Producer");
            refuse(run, instance, offsets, Errors.TRANSACTION_ABORTABLE, "TransactionAbortableException");
            run.finish();
        }
    }

    @Test
    void offsets_that_stay_without_an_answer_are_a_roll_back() throws Exception {
        try (OrderRun run = new OrderRun(world, "lost-offsets", IMPATIENT)) {
            MillraceProcess instance = run.start("a");
            Script.Step lost = script.next(ALL, ApiKeys.TXN_OFFSET_COMMIT, Fate.CUT);
            run.await(instance, ROLLED_BACK);
            script.clear();
            assertThat(lost.met()).isPositive();
            run.awaitProgress();
            run.finish();
        }
    }

    /** A transaction whose commit was lost, as it asked for it. */
    private static final class UnknownCommit {
        private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();
    }

    /** From now on, of all producers. */
    private UnknownCommit loseAllCommits(Fate fate) {
        UnknownCommit first = new UnknownCommit();
        Map<String, Map<TopicPartition, Long>> asked = new ConcurrentHashMap<>();
        script.next(ALL, request -> isOffsets(request, asked), request -> Fate.FORWARD);
        script.next(ALL, CommitFaultsIT::isCommit, request -> {
            Map<TopicPartition, Long> offsets = asked.get(request.clientId());
            if (offsets != null && first.offsets.isEmpty()) {
                first.offsets.putAll(offsets);
            }
            return fate;
        });
        return first;
    }

    private static boolean isOffsets(WireRequest request, Map<String, Map<TopicPartition, Long>> asked) {
        if (request.api() != ApiKeys.TXN_OFFSET_COMMIT) {
            return false;
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ((TxnOffsetCommitRequest) request.body())
                .offsets()
                .forEach((partition, committed) -> offsets.put(partition, committed.offset));
        asked.put(request.clientId(), offsets);
        return true;
    }

    private static Map<TopicPartition, Long> committed(OrderRun run) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        world.offsets
                .committed(run.job.name())
                .forEach((partition, offset) -> committed.put(partition, offset.offset()));
        return committed;
    }

    private static boolean isCommit(WireRequest request) {
        return request.api() == ApiKeys.END_TXN
                && ((EndTxnRequest) request.body()).data().committed();
    }

    private static void strike(OrderRun run, Script.Step step) {
        Await.until(step::isDone, OrderRun.LIMIT, run::logs);
        run.awaitProgress();
    }

    /** The instance says what was refused and what it does, and goes on. */
    private void refuse(
            OrderRun run, MillraceProcess instance, Predicate<WireRequest> which, Errors error, String reason) {
        int from = instance.output().length();
        strike(run, script.next(1, which, request -> new Fate.Answer(error)));
        run.await(instance, ROLLED_BACK, from);
        String said = instance.output()
                .substring(from)
                .lines()
                .filter(line -> line.contains(ROLLED_BACK))
                .findFirst()
                .orElseThrow();
        assertThat(said).as(error.name()).contains("WARN", "the open transaction", reason);
        run.awaitProgress();
    }
}
