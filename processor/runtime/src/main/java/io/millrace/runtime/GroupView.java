package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The group as its members describe it: which of them are one instance, who owns which task, and whose disk holds what. Immutable.
 *
 * <p>A member that says nothing of itself, because it runs an older version, is an instance of its own that holds nothing and follows
 * nothing.
 */
final class GroupView {
    /** Of a task whose state an instance does not hold. */
    static final long ABSENT = Long.MAX_VALUE;

    /** Of a task whose state an instance holds in an unknown state: better than nothing, and no better than that. */
    static final long UNKNOWN = Long.MAX_VALUE - 1;

    private final Map<String, String> instanceOf = new TreeMap<>();
    private final Map<String, List<String>> membersOf = new TreeMap<>();
    private final Map<String, String> racks = new HashMap<>();
    private final Set<String> following = new HashSet<>();
    private final Map<String, Map<TaskId, Long>> lags = new HashMap<>();
    private final Map<String, Set<TaskId>> followed = new HashMap<>();
    private final Map<TaskId, String> promised = new HashMap<>();
    private final Map<TaskId, String> owners = new HashMap<>();
    private final Map<TaskId, Set<String>> claims = new HashMap<>();

    GroupView(TaskPlacement placement, Map<String, Subscription> members) {
        Map<TaskId, Integer> generations = new HashMap<>();
        new TreeMap<>(members).forEach((member, subscription) -> {
            describe(member, MemberReport.decode(subscription.userData()));
            claim(placement, member, subscription, generations);
        });
    }

    private void describe(String member, @Nullable MemberReport report) {
        String instance = report == null ? member : report.instance();
        instanceOf.put(member, instance);
        membersOf.computeIfAbsent(instance, name -> new ArrayList<>()).add(member);
        if (report == null) {
            return;
        }
        following.add(instance);
        if (report.rack() != null) {
            racks.put(instance, report.rack());
        }
        followed.computeIfAbsent(instance, name -> new HashSet<>()).addAll(report.followed());
        report.coming().forEach(task -> promised.putIfAbsent(task, instance));
        Map<TaskId, Long> held = lags.computeIfAbsent(instance, name -> new HashMap<>());
        report.held()
                .forEach((task, lag) -> held.merge(task, lag == MemberReport.UNKNOWN_LAG ? UNKNOWN : lag, Math::min));
    }

    /** A task is its whole claimant's with the newest generation; a claim of a part of it only blocks. */
    private void claim(
            TaskPlacement placement, String member, Subscription subscription, Map<TaskId, Integer> generations) {
        int generation = subscription.generationId().orElse(-1);
        Set<TopicPartition> owned = new HashSet<>(subscription.ownedPartitions());
        for (TopicPartition partition : owned) {
            TaskId task = placement.taskOf(partition);
            if (task == null) {
                continue;
            }
            claims.computeIfAbsent(task, any -> new TreeSet<>()).add(member);
            if (owned.containsAll(placement.partitionsOf(task))
                    && generation > generations.getOrDefault(task, Integer.MIN_VALUE)) {
                owners.put(task, member);
                generations.put(task, generation);
            }
        }
    }

    /** All instances with their members, each in order. */
    Map<String, List<String>> members() {
        return membersOf;
    }

    String instanceOf(String member) {
        String instance = instanceOf.get(member);
        if (instance == null) {
            throw new IllegalArgumentException("no member " + member);
        }
        return instance;
    }

    /** Who holds each task by the newest claim; others are without an owner. */
    Map<TaskId, String> owners() {
        return owners;
    }

    /** The instances that tasks were taken from others for, in the rebalance before. */
    Map<TaskId, String> promised() {
        return promised;
    }

    /** Whether a task must not be given to this member yet, because another one has not given all of it up. */
    boolean isClaimedByAnother(TaskId task, String member) {
        Set<String> claimants = claims.getOrDefault(task, Set.of());
        return claimants.size() > 1 || (claimants.size() == 1 && !claimants.contains(member));
    }

    /** How many changelog records an instance's disk is behind; {@link #UNKNOWN} or {@link #ABSENT} if that is not a number. */
    long lag(TaskId task, String instance) {
        return lags.getOrDefault(instance, Map.of()).getOrDefault(task, ABSENT);
    }

    /** Whether the instance is a standby of the task now. */
    boolean isFollowing(TaskId task, String instance) {
        return followed.getOrDefault(instance, Set.of()).contains(task);
    }

    /** Whether the instance follows changelogs when it is told to. */
    boolean follows(String instance) {
        return following.contains(instance);
    }

    /** Where an instance stands, or null if it does not say. */
    @Nullable
    String rack(String instance) {
        return racks.get(instance);
    }
}
