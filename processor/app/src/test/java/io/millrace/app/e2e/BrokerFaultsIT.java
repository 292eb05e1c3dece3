package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.wire.Fate;
import io.millrace.app.wire.Script;
import io.millrace.app.wire.WireRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Brokers that go at the worst of moments, one after the other, or all at once, and brokers that slow their clients down. Only on demand,
 * because brokers take minutes to come and go: {@code -Dmillrace.faults=brokers}; docs/faults.md has the command.
 */
@EnabledIfSystemProperty(named = "millrace.faults", matches = "brokers", disabledReason = "a matter of minutes")
final class BrokerFaultsIT {
    private static final String ROLLED_BACK = "back to the last checkpoint";
    private static final int NONE = -1;

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

    @AfterEach
    void mend() {
        script.clear();
        world.cluster.startAll();
        world.awaitInSync();
    }

    @Test
    void the_coordinator_of_a_transaction_dies_when_it_is_asked_to_commit() throws Exception {
        try (OrderRun run = new OrderRun(world, "transaction-coordinator")) {
            run.start("a");
            Script.Step killed = script.next(1, BrokerFaultsIT::isCommit, request -> {
                world.cluster.broker(request.broker()).kill();
                return Fate.FORWARD;
            });
            Await.until(killed::isDone, OrderRun.LIMIT, run::logs);
            run.awaitProgress();
            world.cluster.startAll();
            run.finish();
        }
    }

    @Test
    void the_coordinator_of_the_group_dies_between_offsets_and_commit_and_never_comes_back() throws Exception {
        try (OrderRun run = new OrderRun(world, "group-coordinator")) {
            run.start("a");
            Map<String, Integer> coordinators = new ConcurrentHashMap<>();
            AtomicInteger dead = new AtomicInteger(NONE);
            Script.Step killed = script.next(1, request -> isCommitAfterOffsets(request, coordinators), request -> {
                dead.set(coordinators.getOrDefault(request.clientId(), NONE));
                world.cluster.broker(dead.get()).kill();
                return Fate.FORWARD;
            });
            Await.until(killed::isDone, OrderRun.LIMIT, run::logs);
            run.awaitProgress();
            run.finish();
            assertThat(world.cluster.broker(dead.get()).isRunning()).isFalse();
        }
    }

    @Test
    void all_brokers_are_restarted_one_after_the_other() throws Exception {
        try (OrderRun run = new OrderRun(world, "rolling-brokers")) {
            run.start("a");
            for (int i = 0; i < WiredWorld.BROKERS; i++) {
                world.cluster.broker(i).stop();
                run.awaitProgress();
                world.cluster.broker(i).start();
                world.awaitInSync();
                run.awaitProgress();
            }
            run.finish();
        }
    }

    @Test
    void all_brokers_are_away_for_longer_than_a_commit_waits_and_a_stop_meanwhile_does_not_wait_for_them()
            throws Exception {
        Map<String, String> impatient = Map.of("producer.max.block.ms", "1500", "producer.delivery.timeout.ms", "5000");
        try (OrderRun run = new OrderRun(world, "no-brokers", impatient)) {
            MillraceProcess stays = run.start("a");
            MillraceProcess stops = run.start("b");
            int from = stays.output().length();
            killAll();
            stops.terminate();
            int code = stops.exitCode(OrderRun.GRACE);
            assertThat(code).as(run::logs).isIn(0, 1);
            assertThat(stops.output())
                    .containsAnyOf(
                            "the last transaction was not committed, its records will be read again",
                            "millrace: did not stop within 9 s; the open transaction is left to the broker");
            run.gone(stops);
            run.await(stays, ROLLED_BACK, from);
            world.cluster.startAll();
            run.awaitProgress();
            run.start("b");
            run.finish();
        }
    }

    @Test
    void a_quota_slows_the_job_down_and_breaks_nothing() throws Exception {
        Map<String, String> patient = Map.of(
                "producer.max.block.ms", "30000",
                "producer.delivery.timeout.ms", "60000",
                "producer.transaction.timeout.ms", "60000");
        try (OrderRun run = new OrderRun(world, "quota", patient)) {
            MillraceProcess instance = run.start("a");
            quota(run.clientId(instance), 50_000.0);
            Await.until(() -> run.lag() > 4_000, OrderRun.LIMIT, () -> "not slowed down: " + run.logs());
            run.awaitProgress();
            quota(run.clientId(instance), null);
            run.finish();
            assertThat(instance.output()).doesNotContain(ROLLED_BACK);
        }
    }

    /** How many bytes a second each broker takes from each worker. */
    private static void quota(String clientId, @Nullable Double bytesPerSecond) throws Exception {
        List<ClientQuotaAlteration> alterations = Stream.of("0", "1")
                .map(worker -> new ClientQuotaAlteration(
                        new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId + worker)),
                        List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond))))
                .toList();
        world.admin.alterClientQuotas(alterations).all().get();
    }

    private static void killAll() {
        for (int i = 0; i < WiredWorld.BROKERS; i++) {
            world.cluster.broker(i).kill();
        }
    }

    private static boolean isCommitAfterOffsets(WireRequest request, Map<String, Integer> coordinators) {
        if (request.api() == ApiKeys.TXN_OFFSET_COMMIT) {
            coordinators.put(request.clientId(), request.broker());
        }
        return isCommit(request) && coordinators.containsKey(request.clientId());
    }

    private static boolean isCommit(WireRequest request) {
        return request.api() == ApiKeys.END_TXN
                && ((EndTxnRequest) request.body()).data().committed();
    }
}
