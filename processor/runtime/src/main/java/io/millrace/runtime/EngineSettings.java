package io.millrace.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Client settings that differ from Kafka's own: defaults that a job may change, and those that the engine owns. */
final class EngineSettings {
    private static final long MIN_TRANSACTION_TIMEOUT_MS = 20_000;

    private static final int ADMIN_TIMEOUT_MS = 5_000;

    private EngineSettings() {}

    /** @param prefix {@code consumer.}, {@code producer.} or {@code admin.} */
    static Map<String, Object> defaults(String prefix) {
        return switch (prefix) {
            case "consumer." ->
                Map.of(
                        // A crashed instance that is not restarted gives its tasks up after this long.
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000,
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            case "producer." ->
                Map.of(
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 << 10,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        64L << 20,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        30_000);
            default -> Map.of();
        };
    }

    static Map<String, Object> groupConsumer(
            RuntimeContext context, String memberId, Rebalances rebalances, LocalTasks local) {
        Map<String, Object> settings = new HashMap<>(assignor(context, rebalances, local));
        settings.putAll(Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                context.group(),
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                memberId,
                ConsumerConfig.CLIENT_ID_CONFIG,
                memberId,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                // A missing offset is ours to judge: it means the beginning only before the first checkpoint.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none"));
        return settings;
    }

    private static Map<String, Object> assignor(RuntimeContext context, Rebalances rebalances, LocalTasks local) {
        return Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(TaskAssignor.class.getName()),
                TaskAssignor.PLACEMENT_CONFIG,
                context.placement(),
                TaskAssignor.STANDBYS_CONFIG,
                context.config().standbys(),
                TaskAssignor.LOCAL_TASKS_CONFIG,
                local,
                TaskAssignor.REBALANCES_CONFIG,
                rebalances);
    }

    /**
     * How long a broker that has nothing for a consumer waits before it says so.
     *
     * @param kafka the job's properties
     */
    static long fetchMaxWaitMs(Map<String, String> kafka) {
        return Long.parseLong(consumer(kafka, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "500"));
    }

    /**
     * Whether consumers may read from the nearest replica instead of the leader.
     *
     * @param kafka the job's properties
     */
    static boolean readsFollowers(Map<String, String> kafka) {
        return !consumer(kafka, ConsumerConfig.CLIENT_RACK_CONFIG, "").isEmpty();
    }

    private static String consumer(Map<String, String> kafka, String name, String otherwise) {
        return kafka.getOrDefault("consumer." + name, kafka.getOrDefault(name, otherwise))
                .trim();
    }

    static Map<String, Object> restoreConsumer(String clientId) {
        return Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG,
                clientId,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none");
    }

    /** @param kafka the job's properties */
    static Map<String, Object> admin(Map<String, String> kafka) {
        String request = AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG;
        String call = AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG;
        boolean jobsOwn = Stream.of(request, call)
                .anyMatch(name -> kafka.containsKey(name) || kafka.containsKey("admin." + name));
        // A look at a broker that does not answer must not outlast the grace period of a stop.
        return jobsOwn ? Map.of() : Map.of(call, ADMIN_TIMEOUT_MS, request, ADMIN_TIMEOUT_MS);
    }

    /** Of the one producer at a time that writes layouts. Members' transactional ids end with a number, so none is called this. */
    static Map<String, Object> layoutProducer(String job, int transactionTimeoutMs) {
        return Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                job + "-layout",
                ProducerConfig.CLIENT_ID_CONFIG,
                job + "-layout",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                transactionTimeoutMs);
    }

    static Map<String, Object> producer(String memberId, InstanceConfig config) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                memberId,
                ProducerConfig.CLIENT_ID_CONFIG,
                memberId,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.ACKS_CONFIG,
                "all"));
        String timeout = ProducerConfig.TRANSACTION_TIMEOUT_CONFIG;
        if (!config.kafka().containsKey(timeout) && !config.kafka().containsKey("producer." + timeout)) {
            // An instance that dies with an open transaction holds back the readers of all that it wrote to for this
            // long.
            long intervalMs = config.checkpointInterval().toMillis();
            settings.put(timeout, (int)
                    Math.max(MIN_TRANSACTION_TIMEOUT_MS, 2 * intervalMs + MIN_TRANSACTION_TIMEOUT_MS / 2));
        }
        return settings;
    }
}
