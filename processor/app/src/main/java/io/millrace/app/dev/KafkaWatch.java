package io.millrace.app.dev;

import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.plan.Plan;
import io.millrace.runtime.KafkaClients;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka how a job fares: its group, the offsets that the group has committed, and its transactions. Nothing of it comes from an
 * instance. Used by one thread, but for {@link #sourceRecords}.
 *
 * <p>A worker is called {@code <job>-<instance>-<number>} in the group and as a transactional id alike; without the number, that is what
 * an instance is called here.
 */
final class KafkaWatch implements AutoCloseable {
    private static final long LIMIT_MS = 1000;

    private final Admin admin;
    private final String group;
    private final Map<TopicPartition, String> tasks = new HashMap<>();
    private final Set<String> sources;
    private final LongSupplier results;
    private final Map<TopicPartition, Long> highest = new HashMap<>();
    private volatile long sourceRecords;
    private @Nullable String wentBack;

    /**
     * For a job whose topics exist.
     *
     * @param results how many committed records of the sinks a consumer has read
     */
    KafkaWatch(String bootstrapServers, Plan plan, LongSupplier results) {
        this.admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers));
        this.group = plan.topology().job();
        this.results = results;
        this.sources = plan.topology().stages().stream()
                .flatMap(stage -> stage.inputs().stream())
                .filter(Input.FromSource.class::isInstance)
                .flatMap(input -> input.topics().stream())
                .collect(Collectors.toSet());
        for (Stage stage : plan.topology().stages()) {
            Set<String> topics = stage.inputs().stream()
                    .flatMap(input -> input.topics().stream())
                    .collect(Collectors.toSet());
            KafkaClients.get(admin.describeTopics(topics).allTopicNames())
                    .forEach((topic, description) -> description
                            .partitions()
                            .forEach(partition -> tasks.put(
                                    new TopicPartition(topic, partition.partition()),
                                    stage.id() + "_" + partition.partition())));
        }
    }

    /** What a worker's instance is called; what is no worker of ours has some name. */
    static String instanceOf(String worker) {
        int dash = worker.lastIndexOf('-');
        return dash < 0 ? worker : worker.substring(0, dash);
    }

    Set<String> tasks() {
        return Set.copyOf(tasks.values());
    }

    /** Whether a partition is of a source, and not of an exchange. */
    boolean isSource(TopicPartition partition) {
        return sources.contains(partition.topic());
    }

    /** Looks at everything once. @throws org.apache.kafka.common.KafkaException if the broker does not answer */
    Observation observe() {
        ConsumerGroupDescription described = KafkaClients.get(
                        admin.describeConsumerGroups(List.of(group)).all())
                .values()
                .iterator()
                .next();
        // Offsets before ends: what was written in one transaction with an offset lies before the ends.
        long read = results.getAsLong();
        Map<TopicPartition, Long> committed = committed();
        Map<TopicPartition, Long> ends = ends(tasks.keySet());
        return new Observation(System.nanoTime(), members(described), owners(described), committed, ends, open(), read);
    }

    /** Where partitions end now, open transactions counted in. */
    Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        KafkaClients.get(admin.listOffsets(latest).all())
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** The first committed offset seen that was lower than one before it, in words; null if there was none. */
    @Nullable
    String wentBack() {
        return wentBack;
    }

    /**
     * How many records of its sources the job is done with, by the offsets that it has committed; what was last known if the broker
     * does not answer soon. From any thread.
     */
    long sourceRecords() {
        try {
            sourceRecords = offsets().get(LIMIT_MS, TimeUnit.MILLISECONDS).entrySet().stream()
                    .filter(offset -> isSource(offset.getKey()) && offset.getValue() != null)
                    .mapToLong(offset -> offset.getValue().offset())
                    .sum();
        } catch (ExecutionException | TimeoutException notNow) {
            // The next look tells.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sourceRecords;
    }

    @Override
    public void close() {
        admin.close();
    }

    private KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> offsets() {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata();
    }

    private Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> committed = new HashMap<>();
        KafkaClients.get(offsets()).forEach((partition, offset) -> {
            if (offset != null && tasks.containsKey(partition)) {
                committed.put(partition, offset.offset());
            }
        });
        committed.forEach((partition, offset) -> {
            long before = highest.merge(partition, offset, Math::max);
            if (offset < before && wentBack == null) {
                wentBack = partition + " from " + before + " to " + offset;
            }
        });
        return committed;
    }

    private Map<String, Integer> open() {
        Map<String, Integer> open = new HashMap<>();
        for (TransactionListing listing : KafkaClients.get(
                admin.listTransactions(new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
                        .all())) {
            open.merge(instanceOf(listing.transactionalId()), 1, Integer::sum);
        }
        return open;
    }

    private static Set<String> members(ConsumerGroupDescription described) {
        Set<String> members = new HashSet<>();
        for (MemberDescription member : described.members()) {
            members.add(instanceOf(member.clientId()));
        }
        return members;
    }

    private Map<String, String> owners(ConsumerGroupDescription described) {
        Map<String, String> owners = new HashMap<>();
        if (described.groupState() == GroupState.STABLE) {
            for (MemberDescription member : described.members()) {
                for (TopicPartition partition : member.assignment().topicPartitions()) {
                    String task = tasks.get(partition);
                    if (task != null) {
                        owners.put(task, instanceOf(member.clientId()));
                    }
                }
            }
        }
        return owners;
    }
}
