package io.millrace.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The group coordinator's side of the classic protocol, for one group of static members: a rebalance waits for all members to join, makes a
 * new generation, and ends when the leader has sent the assignment. A member that comes back under the same instance id takes over the
 * place, and the assignment, of its predecessor, without a rebalance if none is under way.
 */
final class Group {
    /** How long a rebalance waits for members that are alive but do not join: their {@code max.poll.interval.ms}. */
    private static final long REBALANCE_TIMEOUT_MS = 300_000;

    /** Where the group is in a rebalance. */
    enum State {
        EMPTY,
        PREPARING,
        COMPLETING,
        STABLE
    }

    /** A request that is answered when the rebalance has come so far. */
    static final class Answer<T> {
        private @Nullable T value;
        private Errors error = Errors.NONE;

        boolean isThere() {
            return value != null || error != Errors.NONE;
        }

        Errors error() {
            return error;
        }

        T value() {
            if (value == null) {
                throw new IllegalStateException("there is no answer");
            }
            return value;
        }

        private void fail(Errors with) {
            if (!isThere()) {
                error = with;
            }
        }
    }

    /**
     * A place in a generation.
     *
     * @param subscriptions of all members, for the leader; empty for the others
     * @param instances the members' instance ids, for the leader
     */
    record Joined(
            String member,
            int generation,
            Map<String, ByteBuffer> subscriptions,
            Map<String, String> instances,
            boolean leads) {}

    private static final class Member {
        private final String id;
        private final String instance;
        private ByteBuffer subscription;
        private ByteBuffer assignment = ByteBuffer.allocate(0);
        private long aliveMs;
        private @Nullable Answer<Joined> join;
        private @Nullable Answer<ByteBuffer> sync;

        Member(String id, String instance, ByteBuffer subscription) {
            this.id = id;
            this.instance = instance;
            this.subscription = subscription;
        }
    }

    /** @param order grows with each request, since a later commit of an offset counts and not a later marker */
    private record Pending(long producer, Map<TopicPartition, OffsetAndMetadata> offsets, long order) {}

    private record Committed(OffsetAndMetadata offset, long order) {}

    private final SimulatedKafka kafka;
    private final long sessionTimeoutMs;
    private final long initialDelayMs;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<TopicPartition, Committed> committed = new LinkedHashMap<>();
    private State state = State.EMPTY;
    private int generation;
    private @Nullable String leader;
    private long notBeforeMs;
    private long deadlineMs;
    private int nextMember = 1;
    private long nextOrder = 1;

    /** @param initialDelayMs how long the first rebalance of an empty group waits for more members */
    Group(SimulatedKafka kafka, long sessionTimeoutMs, long initialDelayMs) {
        this.kafka = kafka;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.initialDelayMs = initialDelayMs;
    }

    // ---- rebalances

    /** @param memberId empty for a new member, or one that has lost its id */
    Answer<Joined> join(String memberId, String instance, ByteBuffer subscription) {
        Answer<Joined> answer = new Answer<>();
        Member predecessor = byInstance(instance);
        if (memberId.isEmpty()) {
            Member member = new Member(instance + "#" + nextMember++, instance, subscription);
            member.aliveMs = kafka.nowMs();
            if (predecessor == null) {
                members.put(member.id, member);
                member.join = answer;
                rebalance(instance + " is new");
            } else {
                replace(predecessor, member, answer);
            }
            return answer;
        }
        Member member = members.get(memberId);
        if (predecessor != null && !predecessor.id.equals(memberId)) {
            answer.fail(Errors.FENCED_INSTANCE_ID);
        } else if (member == null) {
            answer.fail(Errors.UNKNOWN_MEMBER_ID);
        } else {
            rejoin(member, subscription, answer);
        }
        return answer;
    }

    private void replace(Member predecessor, Member member, Answer<Joined> answer) {
        fail(predecessor, Errors.FENCED_INSTANCE_ID);
        kafka.count("a member comes back while the group is " + state);
        member.assignment = predecessor.assignment;
        members.remove(predecessor.id);
        members.put(member.id, member);
        if (predecessor.id.equals(leader)) {
            leader = member.id;
        }
        if (state == State.STABLE) {
            // Even a leader is not asked to assign anything: it gets what its predecessor had.
            answer.value = new Joined(member.id, generation, Map.of(), Map.of(), false);
            return;
        }
        member.join = answer;
        if (state == State.COMPLETING) {
            rebalance(member.instance + " came back during a rebalance");
        } else {
            completeJoin();
        }
    }

    private void rejoin(Member member, ByteBuffer subscription, Answer<Joined> answer) {
        member.aliveMs = kafka.nowMs();
        boolean changed = !member.subscription.equals(subscription);
        member.subscription = subscription;
        boolean asksForRebalance =
                changed || (state == State.STABLE && member.id.equals(leader)) || state == State.PREPARING;
        if (asksForRebalance || state == State.EMPTY) {
            member.join = answer;
            rebalance(member.instance + " joins again");
        } else {
            answer.value = joined(member);
        }
    }

    /** A rebalance begins, if none is waiting for members already. */
    void rebalance(String reason) {
        if (state != State.PREPARING) {
            kafka.trace("group", "rebalances in generation " + generation + ": " + reason);
            long nowMs = kafka.nowMs();
            notBeforeMs = state == State.EMPTY ? nowMs + initialDelayMs : nowMs;
            deadlineMs = nowMs + REBALANCE_TIMEOUT_MS;
            members.values().forEach(member -> fail(member.sync, Errors.REBALANCE_IN_PROGRESS));
            members.values().forEach(member -> member.sync = null);
            state = State.PREPARING;
        }
        completeJoin();
    }

    private void completeJoin() {
        if (state != State.PREPARING || kafka.nowMs() < notBeforeMs) {
            return;
        }
        boolean all = members.values().stream().allMatch(member -> member.join != null);
        boolean some = members.values().stream().anyMatch(member -> member.join != null);
        if (!all && (kafka.nowMs() < deadlineMs || !some)) {
            return;
        }
        generation++;
        if (members.isEmpty()) {
            state = State.EMPTY;
            leader = null;
            return;
        }
        state = State.COMPLETING;
        Member before = leader == null ? null : members.get(leader);
        if (before == null || before.join == null) {
            leader = members.values().stream()
                    .filter(member -> member.join != null)
                    .findFirst()
                    .orElseThrow()
                    .id;
        }
        kafka.trace("group", "has generation " + generation + " of " + members.keySet() + ", led by " + leader);
        for (Member member : members.values()) {
            // A static member that has not joined in time stays, until its session ends.
            if (member.join != null) {
                member.join.value = joined(member);
                member.join = null;
                member.aliveMs = kafka.nowMs();
            }
        }
    }

    private Joined joined(Member member) {
        boolean leads = member.id.equals(leader) && state == State.COMPLETING;
        Map<String, ByteBuffer> subscriptions = new LinkedHashMap<>();
        Map<String, String> instances = new LinkedHashMap<>();
        if (leads) {
            members.values().forEach(one -> {
                subscriptions.put(one.id, one.subscription.duplicate());
                instances.put(one.id, one.instance);
            });
        }
        return new Joined(member.id, generation, subscriptions, instances, leads);
    }

    /** @param assignments everybody's, from the leader; empty from the others */
    Answer<ByteBuffer> sync(
            String memberId, String instance, int ofGeneration, Map<String, ByteBuffer> assignments) {
        Answer<ByteBuffer> answer = new Answer<>();
        Errors error = validate(memberId, instance, ofGeneration);
        if (error != Errors.NONE) {
            answer.fail(error);
            return answer;
        }
        Member member = member(memberId);
        member.aliveMs = kafka.nowMs();
        switch (state) {
            case EMPTY -> answer.fail(Errors.UNKNOWN_MEMBER_ID);
            case PREPARING -> answer.fail(Errors.REBALANCE_IN_PROGRESS);
            case STABLE -> answer.value = member.assignment.duplicate();
            case COMPLETING -> {
                member.sync = answer;
                if (memberId.equals(leader)) {
                    assign(assignments);
                }
            }
        }
        return answer;
    }

    private void assign(Map<String, ByteBuffer> assignments) {
        state = State.STABLE;
        for (Member member : members.values()) {
            ByteBuffer assignment = assignments.get(member.id);
            member.assignment = assignment == null ? ByteBuffer.allocate(0) : assignment;
            if (member.sync != null) {
                member.sync.value = member.assignment.duplicate();
                member.sync = null;
                member.aliveMs = kafka.nowMs();
            }
        }
    }

    Errors heartbeat(String memberId, String instance, int ofGeneration) {
        Errors error = validate(memberId, instance, ofGeneration);
        if (error != Errors.NONE) {
            return error;
        }
        if (state == State.EMPTY) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        member(memberId).aliveMs = kafka.nowMs();
        return state == State.PREPARING ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    private Errors validate(String memberId, String instance, int ofGeneration) {
        Member present = byInstance(instance);
        if (present == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        if (!present.id.equals(memberId)) {
            return Errors.FENCED_INSTANCE_ID;
        }
        return ofGeneration == generation ? Errors.NONE : Errors.ILLEGAL_GENERATION;
    }

    private Member member(String memberId) {
        Member member = members.get(memberId);
        if (member == null) {
            throw new IllegalStateException("no member " + memberId);
        }
        return member;
    }

    private @Nullable Member byInstance(String instance) {
        for (Member member : members.values()) {
            if (member.instance.equals(instance)) {
                return member;
            }
        }
        return null;
    }

    private static void fail(Member member, Errors error) {
        fail(member.join, error);
        fail(member.sync, error);
    }

    private static void fail(@Nullable Answer<?> answer, Errors error) {
        if (answer != null) {
            answer.fail(error);
        }
    }

    /** Time has passed: members that were silent for too long are out. One that waits for a rebalance is not asked for more. */
    void tick() {
        long nowMs = kafka.nowMs();
        for (Member member : List.copyOf(members.values())) {
            boolean waits = member.join != null || member.sync != null;
            if (!waits && nowMs - member.aliveMs > sessionTimeoutMs) {
                kafka.trace("group", "loses " + member.id);
                members.remove(member.id);
                if (state == State.PREPARING) {
                    completeJoin();
                } else {
                    rebalance(member.instance + " is gone");
                }
            }
        }
        completeJoin();
    }

    State state() {
        return state;
    }

    int generation() {
        return generation;
    }

    /** Whether this is a member as the group knows it, in its present generation. */
    boolean isCurrent(String memberId, int ofGeneration) {
        return members.containsKey(memberId) && ofGeneration == generation;
    }

    // ---- offsets

    /** What a commit within a transaction is checked for: only who commits, never whether the partitions are his. */
    Errors validateCommit(String memberId, @Nullable String instance, int ofGeneration) {
        if (ofGeneration < 0 && (state == State.EMPTY || (memberId.isEmpty() && instance == null))) {
            return Errors.NONE;
        }
        if (instance != null) {
            return validate(memberId, instance, ofGeneration);
        }
        if (!members.containsKey(memberId)) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        return ofGeneration == generation ? Errors.NONE : Errors.ILLEGAL_GENERATION;
    }

    void pending(long producer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        pending.add(new Pending(producer, new LinkedHashMap<>(offsets), nextOrder++));
    }

    void resolve(long producer, boolean commit) {
        for (Pending one : List.copyOf(pending)) {
            if (one.producer == producer) {
                pending.remove(one);
                if (commit) {
                    one.offsets.forEach((partition, offset) -> commit(partition, offset, one));
                }
            }
        }
    }

    private void commit(TopicPartition partition, OffsetAndMetadata offset, Pending from) {
        Committed before = committed.get(partition);
        if (before == null || before.order < from.order) {
            kafka.invariants().committing(partition, before == null ? null : before.offset, offset);
            committed.put(partition, new Committed(offset, from.order));
        }
    }

    /** Whether a transaction is pending over an offset, so that nobody knows yet what it is. */
    boolean isUnstable(TopicPartition partition) {
        return pending.stream().anyMatch(one -> one.offsets.containsKey(partition));
    }

    @Nullable
    OffsetAndMetadata committed(TopicPartition partition) {
        Committed found = committed.get(partition);
        return found == null ? null : found.offset;
    }

    Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        committed.forEach((partition, found) -> offsets.put(partition, found.offset.offset()));
        return offsets;
    }
}
