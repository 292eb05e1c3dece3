package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives whole tasks to the members of the group: co-partitioned inputs together, the numbers of tasks balanced within one, in total and
 * as nearly as that allows within each stage, and as many tasks as possible left where they are.
 *
 * <p>The protocol is cooperative: a task that moves is first taken from its owner, and is given to the new one only in the next round,
 * once no member claims any of its partitions. A claim blocks even if it is stale; only the claim of the newest generation wins.
 *
 * <p>Pure and deterministic: it looks at nothing but the members' subscriptions and the placement, and makes no call to the cluster.
 */
public final class TaskAssignor implements ConsumerPartitionAssignor, Configurable {
    /** The consumer setting that hands the assignor its {@link TaskPlacement}. */
    static final String PLACEMENT_CONFIG = "millrace.task.placement";

    /** The consumer setting that hands the assignor its worker's {@link Rebalances}. */
    static final String REBALANCES_CONFIG = "millrace.rebalances";

    private static final String NAME = "millrace";
    private static final byte WHOLE = 0;
    private static final byte HALF = 1;
    private static final Logger log = LoggerFactory.getLogger(TaskAssignor.class);

    private @Nullable TaskPlacement placement;
    private @Nullable Rebalances rebalances;

    @Override
    public void configure(Map<String, ?> configs) {
        placement = (TaskPlacement) configs.get(PLACEMENT_CONFIG);
        rebalances = (Rebalances) configs.get(REBALANCES_CONFIG);
    }

    @Override
    public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
        return rebalances == null ? null : ByteBuffer.allocate(Integer.BYTES).putInt(0, rebalances.asked());
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        ByteBuffer userData = assignment.userData();
        if (rebalances != null) {
            rebalances.assigned(
                    userData != null && userData.remaining() == 1 && userData.get(userData.position()) == HALF);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return List.of(RebalanceProtocol.COOPERATIVE);
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription groupSubscription) {
        if (placement == null) {
            throw new IllegalStateException(PLACEMENT_CONFIG + " is not set");
        }
        Map<String, Subscription> members = new TreeMap<>(groupSubscription.groupSubscription());
        Map<TaskId, String> owners = owners(placement, members);
        Map<String, List<TaskId>> wanted = balance(placement.tasks(), members.keySet(), owners);
        warnOfNewPartitions(placement, metadata);
        boolean withheld = wanted.entrySet().stream()
                .anyMatch(entry ->
                        entry.getValue().stream().anyMatch(task -> claimedByAnother(task, entry.getKey(), members)));
        Map<String, Assignment> assignments = new HashMap<>();
        wanted.forEach((member, tasks) -> {
            List<TopicPartition> partitions = new ArrayList<>();
            for (TaskId task : tasks) {
                if (!claimedByAnother(task, member, members)) {
                    partitions.addAll(placement.partitionsOf(task));
                }
            }
            assignments.put(member, new Assignment(partitions, ByteBuffer.wrap(new byte[] {withheld ? HALF : WHOLE})));
        });
        return new GroupAssignment(assignments);
    }

    private static void warnOfNewPartitions(TaskPlacement placement, Cluster metadata) {
        for (String topic : placement.topics()) {
            Integer now = metadata.partitionCountForTopic(topic);
            if (now != null && placement.taskOf(new TopicPartition(topic, now - 1)) == null) {
                log.error(
                        "topic {} has gained partitions since this job started; nobody reads them. Restart all instances, with"
                                + " new internal topics if the job has state",
                        topic);
            }
        }
    }

    /** Who holds each task by the newest claim; a task whose partitions are claimed by several has no owner worth keeping. */
    private static Map<TaskId, String> owners(TaskPlacement placement, Map<String, Subscription> members) {
        Map<TaskId, String> owners = new HashMap<>();
        Map<TaskId, Integer> generations = new HashMap<>();
        members.forEach((member, subscription) -> {
            int generation = subscription.generationId().orElse(-1);
            Set<TopicPartition> owned = new HashSet<>(subscription.ownedPartitions());
            for (TaskId task : placement.tasks()) {
                if (owned.containsAll(placement.partitionsOf(task))
                        && generation > generations.getOrDefault(task, Integer.MIN_VALUE)) {
                    owners.put(task, member);
                    generations.put(task, generation);
                }
            }
        });
        return owners;
    }

    /** Who should have which task in the end, apart from what cooperation forbids to hand over at once. */
    static Map<String, List<TaskId>> balance(Set<TaskId> tasks, Set<String> members, Map<TaskId, String> owners) {
        Map<String, List<TaskId>> result = new TreeMap<>();
        members.forEach(member -> result.put(member, new ArrayList<>()));
        if (members.isEmpty()) {
            return result;
        }
        List<TaskId> homeless = new ArrayList<>();
        for (TaskId task : tasks) {
            List<TaskId> kept = owners.containsKey(task) ? result.get(owners.get(task)) : null;
            (kept == null ? homeless : kept).add(task);
        }
        Quota quota = new Quota(tasks, members);
        // Whoever has most keeps most, so that as few as possible move.
        result.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
                .forEach(entry -> homeless.addAll(quota.cut(entry.getKey(), entry.getValue())));
        homeless.sort(Comparator.naturalOrder());
        for (TaskId task : homeless) {
            String member = quota.neediest(task);
            result.computeIfAbsent(member, name -> new ArrayList<>()).add(task);
            quota.took(member, task);
        }
        return result;
    }

    private boolean claimedByAnother(TaskId task, String member, Map<String, Subscription> members) {
        if (placement == null) {
            return false;
        }
        List<TopicPartition> partitions = placement.partitionsOf(task);
        return members.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(member))
                .anyMatch(entry -> entry.getValue().ownedPartitions().stream().anyMatch(partitions::contains));
    }

    /** How many tasks each member has and may have. */
    private static final class Quota {
        private final Map<String, Integer> total = new TreeMap<>();
        private final Map<String, Map<Integer, Integer>> perStage = new HashMap<>();
        private final Map<Integer, Integer> stageSizes = new HashMap<>();
        private final int floor;
        private int mayExceedFloor;

        Quota(Set<TaskId> tasks, Set<String> members) {
            floor = tasks.size() / members.size();
            mayExceedFloor = tasks.size() % members.size();
            tasks.forEach(task -> stageSizes.merge(task.stage(), 1, Integer::sum));
            members.forEach(member -> {
                total.put(member, 0);
                perStage.put(member, new HashMap<>());
            });
        }

        /** Counts what a member had, and takes from it what is too much, from those stages first of which it has most beyond its share. */
        List<TaskId> cut(String member, List<TaskId> owned) {
            owned.forEach(task ->
                    perStage.computeIfAbsent(member, name -> new HashMap<>()).merge(task.stage(), 1, Integer::sum));
            List<TaskId> cut = new ArrayList<>();
            int limit = floor + (mayExceedFloor > 0 ? 1 : 0);
            while (owned.size() > limit) {
                TaskId task = owned.stream()
                        .max(Comparator.<TaskId>comparingInt(candidate -> beyondShare(member, candidate.stage()))
                                .thenComparing(Comparator.naturalOrder()))
                        .orElseThrow();
                owned.remove(task);
                cut.add(task);
                perStage.computeIfAbsent(member, name -> new HashMap<>()).merge(task.stage(), -1, Integer::sum);
            }
            total.put(member, owned.size());
            if (owned.size() > floor) {
                mayExceedFloor--;
            }
            return cut;
        }

        private int beyondShare(String member, int stage) {
            return ofStage(member, stage) * total.size() - stageSizes.getOrDefault(stage, 0);
        }

        private boolean mayTake(String member) {
            int has = total.getOrDefault(member, 0);
            return has < floor || (has == floor && mayExceedFloor > 0);
        }

        void took(String member, TaskId task) {
            int has = total.merge(member, 1, Integer::sum);
            if (has == floor + 1) {
                mayExceedFloor--;
            }
            perStage.computeIfAbsent(member, name -> new HashMap<>()).merge(task.stage(), 1, Integer::sum);
        }

        /** The member with room that has the fewest tasks of this stage, then the fewest in all, then the first by name. */
        String neediest(TaskId task) {
            return total.keySet().stream()
                    .filter(this::mayTake)
                    .min(Comparator.<String>comparingInt(member -> ofStage(member, task.stage()))
                            .thenComparingInt(member -> total.getOrDefault(member, 0))
                            .thenComparing(Comparator.naturalOrder()))
                    .orElseThrow(() -> new IllegalStateException("no member has room for " + task));
        }

        private int ofStage(String member, int stage) {
            return perStage.getOrDefault(member, Map.of()).getOrDefault(stage, 0);
        }
    }
}
