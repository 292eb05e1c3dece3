package io.millrace.app.job;

import io.millrace.config.JobSpec;
import io.millrace.engine.time.Progress;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.plan.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to start a job anew at another place of its sources: what will be changed, and then doing it.
 *
 * <p>It is done in an order in which a reset that is cut short leaves a job that refuses to start, or one that starts from nothing, but none
 * that goes on with half of its state: first its place in the sources goes, then its state, and then it gets its new place.
 */
public final class JobReset {
    /** A member that was stopped keeps its place, to come back to it, for the session time-out: 10 s unless the job says otherwise. */
    private static final Duration MEMBERS_LEAVE = Duration.ofSeconds(15);

    private static final Duration TOPICS_GO = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final JobSpec job;
    private final Set<String> internalTopics;
    private final Map<TopicPartition, Move> moves;

    /**
     * One partition of a source.
     *
     * @param from where the job is, or null if it has not read the partition
     * @param to where it will begin
     */
    public record Move(@Nullable Long from, long to) {}

    private JobReset(JobSpec job, Set<String> internalTopics, Map<TopicPartition, Move> moves) {
        this.job = job;
        this.internalTopics = internalTopics;
        this.moves = moves;
    }

    /**
     * Looks what there is, and changes nothing.
     *
     * @throws UnreachableException if the cluster cannot be asked
     */
    public static JobReset to(ResetPoint point, Plan plan) {
        JobSpec job = plan.job();
        return BrokerAdmin.ask(job, admin -> {
            Set<String> sources = job.sources().stream()
                    .flatMap(source -> source.topics().stream())
                    .map(topic -> topic.value())
                    .collect(Collectors.toCollection(TreeSet::new));
            Map<String, TopicDescription> found = describe(admin, sources);
            List<TopicPartition> partitions = new ArrayList<>();
            found.forEach((topic, description) -> description
                    .partitions()
                    .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition()))));
            Map<TopicPartition, OffsetAndMetadata> committed =
                    BrokerAdmin.get(admin.listConsumerGroupOffsets(group(job)).partitionsToOffsetAndMetadata());
            Map<TopicPartition, Move> moves =
                    new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
            places(admin, partitions, point).forEach((partition, to) -> {
                OffsetAndMetadata now = committed.get(partition);
                moves.put(partition, new Move(now == null ? null : now.offset(), to));
            });
            Set<String> internal = plan.topology().internalTopics().stream()
                    .map(InternalTopic::name)
                    .collect(Collectors.toCollection(TreeSet::new));
            return new JobReset(job, new TreeSet<>(describe(admin, internal).keySet()), moves);
        });
    }

    /** Where each partition of its sources will begin. */
    public Map<TopicPartition, Move> moves() {
        return moves;
    }

    /** The topics with its state and what is on its way between its stages; they will be deleted. */
    public Set<String> internalTopics() {
        return internalTopics;
    }

    /**
     * Waits for members that have been stopped to be forgotten by the group.
     *
     * @return those that are still there after a while: the job runs
     */
    public List<String> awaitEmptyGroup() {
        return BrokerAdmin.ask(job, admin -> {
            long deadline = System.nanoTime() + MEMBERS_LEAVE.toNanos();
            List<String> members = members(admin);
            while (!members.isEmpty() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(LOOK_NANOS);
                members = members(admin);
            }
            return members;
        });
    }

    private List<String> members(Admin admin) {
        try {
            ConsumerGroupDescription group = BrokerAdmin.get(
                            admin.describeConsumerGroups(List.of(group(job))).all())
                    .get(group(job));
            return group == null
                    ? List.of()
                    : group.members().stream()
                            .map(member -> member.groupInstanceId().orElse(member.clientId()) + " at " + member.host())
                            .sorted()
                            .toList();
        } catch (GroupIdNotFoundException e) {
            return List.of();
        }
    }

    /** Does it. The group must be empty; if a member joins meanwhile, Kafka refuses and this throws. */
    public void execute() {
        BrokerAdmin.ask(job, admin -> {
            try {
                BrokerAdmin.get(admin.deleteConsumerGroups(List.of(group(job))).all());
            } catch (GroupIdNotFoundException e) {
                // It never had a place.
            }
            deleteTopics(admin);
            Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
            moves.forEach((partition, move) ->
                    places.put(partition, new OffsetAndMetadata(move.to(), Progress.START.encode())));
            if (!places.isEmpty()) {
                BrokerAdmin.get(
                        admin.alterConsumerGroupOffsets(group(job), places).all());
            }
            return places;
        });
    }

    private void deleteTopics(Admin admin) {
        admin.deleteTopics(internalTopics).topicNameValues().forEach((topic, deleted) -> {
            try {
                BrokerAdmin.get(deleted);
            } catch (UnknownTopicOrPartitionException e) {
                // Somebody was faster.
            }
        });
        // Deleting goes on after it was promised, and a job that starts meanwhile must not find them.
        long deadline = System.nanoTime() + TOPICS_GO.toNanos();
        while (!describe(admin, internalTopics).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new UnreachableException(
                        "the brokers have not deleted " + String.join(", ", internalTopics)
                                + " yet; run the command again before you start the job",
                        new IllegalStateException("topics are still there"));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static Map<TopicPartition, Long> places(
            Admin admin, Collection<TopicPartition> partitions, ResetPoint point) {
        Map<TopicPartition, Long> places = offsets(admin, partitions, point.spec());
        List<TopicPartition> nothingSince = places.entrySet().stream()
                .filter(place -> place.getValue() < 0)
                .map(Map.Entry::getKey)
                .toList();
        places.putAll(offsets(admin, nothingSince, OffsetSpec.latest()));
        return places;
    }

    /** -1 where there is no record as late as was asked for. Ends are those of committed records, so that none is skipped. */
    private static Map<TopicPartition, Long> offsets(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> specs =
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                BrokerAdmin.get(admin.listOffsets(specs, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        answer.forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private static Map<String, TopicDescription> describe(Admin admin, Set<String> topics) {
        Map<String, TopicDescription> found = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((topic, description) -> {
            try {
                found.put(topic, BrokerAdmin.get(description));
            } catch (UnknownTopicOrPartitionException e) {
                // what is not in the result does not exist
            }
        });
        return found;
    }

    private static String group(JobSpec job) {
        return job.name().value();
    }
}
