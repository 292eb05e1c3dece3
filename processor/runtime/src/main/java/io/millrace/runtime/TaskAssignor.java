package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives whole tasks to the members of the group: co-partitioned inputs together, balanced, and as many as possible left where they are or
 * where their state is. {@link GroupPlan} says who is to have what; this class is the protocol around it.
 *
 * <p>That is cooperative: a task that moves is first taken from its owner, and is given to the new one only in the next round, once no
 * member claims any of its partitions. A claim blocks even if it is stale; only the claim of the newest generation wins.
 *
 * <p>Pure and deterministic: it looks at nothing but the members' subscriptions and the placement, and makes no call to the cluster.
 */
public final class TaskAssignor implements ConsumerPartitionAssignor, Configurable {
    /** The consumer setting that hands the assignor its {@link TaskPlacement}. */
    static final String PLACEMENT_CONFIG = "millrace.task.placement";

    /** The consumer setting that hands the assignor its worker's {@link Rebalances}. */
    static final String REBALANCES_CONFIG = "millrace.rebalances";

    /** The consumer setting that hands the assignor its instance's {@link LocalTasks}. */
    static final String LOCAL_TASKS_CONFIG = "millrace.local.tasks";

    /** The consumer setting that tells the assignor how many standbys each task with state has; an Integer. */
    static final String STANDBYS_CONFIG = "millrace.standbys";

    private static final String NAME = "millrace";
    private static final Logger log = LoggerFactory.getLogger(TaskAssignor.class);

    private @Nullable TaskPlacement placement;
    private @Nullable Rebalances rebalances;
    private @Nullable LocalTasks local;
    private int standbys;

    @Override
    public void configure(Map<String, ?> configs) {
        placement = (TaskPlacement) configs.get(PLACEMENT_CONFIG);
        rebalances = (Rebalances) configs.get(REBALANCES_CONFIG);
        local = (LocalTasks) configs.get(LOCAL_TASKS_CONFIG);
        standbys = configs.get(STANDBYS_CONFIG) instanceof Integer count ? count : 0;
    }

    @Override
    public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
        return rebalances == null || local == null
                ? null
                : local.report(rebalances.asked()).encode();
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        MemberOrder order = MemberOrder.decode(assignment.userData());
        if (rebalances != null) {
            rebalances.assigned(order.half());
        }
        if (local != null) {
            local.order(order);
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
        warnOfNewPartitions(placement, metadata);
        return assign(placement, new GroupView(placement, groupSubscription.groupSubscription()));
    }

    private GroupAssignment assign(TaskPlacement placement, GroupView group) {
        GroupPlan plan = GroupPlan.of(placement, group, standbys);
        Map<String, List<TopicPartition>> given = new HashMap<>();
        Map<String, Set<TaskId>> followed = new HashMap<>();
        Map<String, Set<TaskId>> coming = new HashMap<>();
        for (Map.Entry<String, Set<TaskId>> entry : plan.tasks().entrySet()) {
            String member = entry.getKey();
            List<TopicPartition> partitions = new ArrayList<>();
            for (TaskId task : entry.getValue()) {
                if (group.isClaimedByAnother(task, member)) {
                    String instance = group.instanceOf(member);
                    coming.computeIfAbsent(instance, name -> new TreeSet<>()).add(task);
                    if (placement.hasState(task)) {
                        keepFollowing(group, task, instance, followed);
                    }
                } else {
                    partitions.addAll(placement.partitionsOf(task));
                }
            }
            given.put(member, partitions);
        }
        plan.standbys()
                .forEach((instance, tasks) -> followed.computeIfAbsent(instance, name -> new TreeSet<>())
                        .addAll(tasks));
        Map<String, Assignment> assignments = new HashMap<>();
        for (Map.Entry<String, List<TopicPartition>> entry : given.entrySet()) {
            String instance = group.instanceOf(entry.getKey());
            MemberOrder order = new MemberOrder(
                    !coming.isEmpty(),
                    followed.getOrDefault(instance, Set.of()),
                    plan.warmUps().getOrDefault(instance, Set.of()),
                    coming.getOrDefault(instance, Set.of()));
            assignments.put(entry.getKey(), new Assignment(entry.getValue(), order.encode()));
        }
        return new GroupAssignment(assignments);
    }

    /** Until it gets the task, an instance that has its state goes on following the owner, so that it does not fall behind. */
    private static void keepFollowing(
            GroupView group, TaskId task, String instance, Map<String, Set<TaskId>> followed) {
        String owner = group.owners().get(task);
        boolean elsewhere = owner == null || !group.instanceOf(owner).equals(instance);
        if (elsewhere && group.lag(task, instance) != GroupView.ABSENT) {
            followed.computeIfAbsent(instance, name -> new TreeSet<>()).add(task);
        }
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
}
