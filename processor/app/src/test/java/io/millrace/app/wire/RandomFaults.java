package io.millrace.app.wire;

import static org.apache.kafka.common.protocol.Errors.CONCURRENT_TRANSACTIONS;
import static org.apache.kafka.common.protocol.Errors.COORDINATOR_LOAD_IN_PROGRESS;
import static org.apache.kafka.common.protocol.Errors.COORDINATOR_NOT_AVAILABLE;
import static org.apache.kafka.common.protocol.Errors.FETCH_SESSION_ID_NOT_FOUND;
import static org.apache.kafka.common.protocol.Errors.ILLEGAL_GENERATION;
import static org.apache.kafka.common.protocol.Errors.INVALID_PRODUCER_EPOCH;
import static org.apache.kafka.common.protocol.Errors.INVALID_PRODUCER_ID_MAPPING;
import static org.apache.kafka.common.protocol.Errors.INVALID_TXN_STATE;
import static org.apache.kafka.common.protocol.Errors.NOT_COORDINATOR;
import static org.apache.kafka.common.protocol.Errors.NOT_ENOUGH_REPLICAS;
import static org.apache.kafka.common.protocol.Errors.NOT_LEADER_OR_FOLLOWER;
import static org.apache.kafka.common.protocol.Errors.PRODUCER_FENCED;
import static org.apache.kafka.common.protocol.Errors.REBALANCE_IN_PROGRESS;
import static org.apache.kafka.common.protocol.Errors.REQUEST_TIMED_OUT;
import static org.apache.kafka.common.protocol.Errors.TRANSACTION_ABORTABLE;
import static org.apache.kafka.common.protocol.Errors.UNKNOWN_MEMBER_ID;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * A rule by chance: what happens to the n-th request of a kind at a broker depends on the seed and on nothing else. It answers only what a broker
 * may answer that has not carried out the request. Thread-safe.
 */
public final class RandomFaults implements Rule {
    private static final long MAX_DELAY_MS = 300;
    private static final long MAX_LONG_DELAY_MS = 6_000;
    /** Of a thousand requests that are delayed. */
    private static final int LONG_DELAYS = 20;

    private static final Map<ApiKeys, Kind> KINDS = Map.ofEntries(
            Map.entry(
                    ApiKeys.END_TXN,
                    new Kind(
                            20,
                            NOT_COORDINATOR,
                            COORDINATOR_LOAD_IN_PROGRESS,
                            CONCURRENT_TRANSACTIONS,
                            INVALID_PRODUCER_EPOCH,
                            PRODUCER_FENCED,
                            TRANSACTION_ABORTABLE,
                            INVALID_TXN_STATE,
                            INVALID_PRODUCER_ID_MAPPING)),
            Map.entry(
                    ApiKeys.TXN_OFFSET_COMMIT,
                    new Kind(
                            20,
                            NOT_COORDINATOR,
                            COORDINATOR_LOAD_IN_PROGRESS,
                            ILLEGAL_GENERATION,
                            UNKNOWN_MEMBER_ID,
                            INVALID_PRODUCER_EPOCH,
                            TRANSACTION_ABORTABLE,
                            REQUEST_TIMED_OUT)),
            Map.entry(
                    ApiKeys.ADD_OFFSETS_TO_TXN,
                    new Kind(20, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS, PRODUCER_FENCED, TRANSACTION_ABORTABLE)),
            Map.entry(
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    new Kind(20, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS, PRODUCER_FENCED, TRANSACTION_ABORTABLE)),
            Map.entry(
                    ApiKeys.INIT_PRODUCER_ID,
                    new Kind(100, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, CONCURRENT_TRANSACTIONS)),
            Map.entry(
                    ApiKeys.PRODUCE,
                    new Kind(
                            5,
                            NOT_LEADER_OR_FOLLOWER,
                            REQUEST_TIMED_OUT,
                            NOT_ENOUGH_REPLICAS,
                            INVALID_PRODUCER_EPOCH,
                            TRANSACTION_ABORTABLE,
                            INVALID_TXN_STATE)),
            Map.entry(
                    ApiKeys.JOIN_GROUP,
                    new Kind(
                            60,
                            NOT_COORDINATOR,
                            COORDINATOR_LOAD_IN_PROGRESS,
                            UNKNOWN_MEMBER_ID,
                            REBALANCE_IN_PROGRESS)),
            Map.entry(
                    ApiKeys.SYNC_GROUP,
                    new Kind(60, NOT_COORDINATOR, REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID)),
            Map.entry(
                    ApiKeys.HEARTBEAT,
                    new Kind(10, NOT_COORDINATOR, REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID)),
            Map.entry(
                    ApiKeys.OFFSET_FETCH,
                    new Kind(50, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE)),
            Map.entry(ApiKeys.FETCH, new Kind(4, FETCH_SESSION_ID_NOT_FOUND)),
            Map.entry(ApiKeys.METADATA, new Kind(20)),
            Map.entry(ApiKeys.LIST_OFFSETS, new Kind(20)),
            Map.entry(ApiKeys.FIND_COORDINATOR, new Kind(20)));

    private final long seed;
    private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

    /**
     * @param perMille how many of a thousand such requests meet a fault
     * @param errors what they are answered with, if anything
     */
    private record Kind(int perMille, List<Errors> errors) {
        Kind(int perMille, Errors... errors) {
            this(perMille, List.of(errors));
        }
    }

    public RandomFaults(long seed) {
        this.seed = seed;
    }

    @Override
    public Fate fate(WireRequest request) {
        Kind kind = KINDS.get(request.api());
        if (kind == null) {
            return Fate.FORWARD;
        }
        long count = counts.computeIfAbsent(request.broker() + request.api().name, key -> new AtomicLong())
                .incrementAndGet();
        return fate(kind, random(request.broker(), request.api(), count));
    }

    private Random random(int broker, ApiKeys api, long count) {
        long place = seed;
        for (long part : new long[] {broker, api.id, count}) {
            place = 0x9E37_79B9_7F4A_7C15L * (place ^ part) + 1;
            place ^= place >>> 32;
        }
        return new Random(place);
    }

    private static Fate fate(Kind kind, Random random) {
        if (random.nextInt(1000) >= kind.perMille()) {
            return Fate.FORWARD;
        }
        int choice = random.nextInt(kind.errors().isEmpty() ? 3 : 6);
        return switch (choice) {
            case 0 -> Fate.CUT;
            case 1 -> Fate.LOSE_RESPONSE;
            case 2 -> {
                long limitMs = random.nextInt(1000) < LONG_DELAYS ? MAX_LONG_DELAY_MS : MAX_DELAY_MS;
                yield new Fate.Delay(1 + random.nextInt((int) limitMs));
            }
            default ->
                new Fate.Answer(kind.errors().get(random.nextInt(kind.errors().size())));
        };
    }
}
