package io.millrace.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's side of the classic protocol, cooperative, as Kafka's own client keeps it. What matters to its user:
 *
 * <ul>
 *   <li>Joining goes on from poll to poll, and records are read meanwhile. The broker may have a new generation for a while before the
 *       member has heard of it.
 *   <li>{@link #metadata} changes only when an assignment arrives, just before the callbacks: not when the place in the group is lost.
 *   <li>Partitions are revoked under the new generation. They are lost, with the next poll, once the member knows that it is out.
 *   <li>Heartbeats go on between polls ({@link #heartbeat}), but not while the process stands still.
 * </ul>
 */
final class GroupMember {
    private static final int NONE = -1;
    private static final long HEARTBEAT_MS = 2_000;
    private static final long MAX_POLL_INTERVAL_MS = 300_000;
    private static final double ANSWER_IS_LATE = 0.3;

    private enum State {
        UNJOINED,
        JOINING,
        SYNCING,
        STABLE
    }

    private final SimulatedKafka kafka;
    private final Incarnation process;
    private final Fate fate;
    private final SimulatedConsumer consumer;
    private final String groupId;
    private final String instance;
    private final ConsumerPartitionAssignor assignor;
    private Set<String> topics = Set.of();
    private @Nullable ConsumerRebalanceListener listener;
    private State state = State.UNJOINED;
    private boolean rejoinNeeded = true;
    private boolean needsJoinPrepare = true;
    private int generation = NONE;
    private String memberId = "";
    private ConsumerGroupMetadata metadata;
    private Group.@Nullable Answer<Group.Joined> join;
    private Group.@Nullable Answer<ByteBuffer> sync;
    private @Nullable RuntimeException fenced;
    private long lastHeartbeatMs;
    private long lastPollMs;
    private boolean losing;

    GroupMember(
            SimulatedKafka kafka,
            Incarnation process,
            Fate fate,
            SimulatedConsumer consumer,
            Map<String, Object> settings) {
        this.kafka = kafka;
        this.process = process;
        this.fate = fate;
        this.consumer = consumer;
        this.groupId = (String) settings.get(ConsumerConfig.GROUP_ID_CONFIG);
        this.instance = (String) settings.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        this.assignor = assignor(settings);
        this.metadata = new ConsumerGroupMetadata(groupId, NONE, "", Optional.of(instance));
    }

    private static ConsumerPartitionAssignor assignor(Map<String, Object> settings) {
        List<?> names = (List<?>) settings.get(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
        try {
            ConsumerPartitionAssignor made = (ConsumerPartitionAssignor) Class.forName((String) names.get(0))
                    .getDeclaredConstructor()
                    .newInstance();
            if (made instanceof Configurable configurable) {
                configurable.configure(settings);
            }
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no assignor " + names, e);
        }
    }

    void subscribe(Collection<String> to, ConsumerRebalanceListener heard) {
        topics = new TreeSet<>(to);
        listener = heard;
        lastPollMs = kafka.nowMs();
    }

    Set<String> subscription() {
        return topics;
    }

    ConsumerGroupMetadata metadata() {
        return metadata;
    }

    void requestRejoin() {
        rejoinNeeded = true;
    }

    /** Whether the user is being told that partitions are lost: nothing may be committed now. */
    boolean isLosing() {
        return losing;
    }

    /** The partitions that this is the rightful owner of, as far as the group knows. */
    Set<TopicPartition> rightfullyOwned() {
        boolean current = kafka.group().isCurrent(metadata.memberId(), metadata.generationId());
        return current ? consumer.assignment() : Set.of();
    }

    String instance() {
        return instance;
    }

    String memberId() {
        return metadata.memberId();
    }

    // ---- joining

    void poll() {
        lastPollMs = kafka.nowMs();
        RuntimeException failure = fenced;
        if (failure != null) {
            throw failure;
        }
        if (listener == null) {
            return;
        }
        while (kafka.isAvailable() && (rejoinNeeded || join != null || sync != null)) {
            if (!advance()) {
                return;
            }
        }
    }

    /** One step towards a place in the group; false if the broker has to answer first. */
    private boolean advance() {
        if (join == null && sync == null) {
            sendJoin();
        }
        if (join != null) {
            if (!hasArrived(join)) {
                return false;
            }
            joined(join);
        }
        if (sync != null) {
            if (!hasArrived(sync)) {
                return false;
            }
            synced(sync);
        }
        return true;
    }

    private boolean hasArrived(Group.Answer<?> answer) {
        fate.between(process);
        return answer.isThere() && !fate.dice().happens(ANSWER_IS_LATE);
    }

    private void sendJoin() {
        if (needsJoinPrepare) {
            needsJoinPrepare = false;
            if (generation == NONE || memberId.isEmpty()) {
                loseAll();
            }
        }
        // No heartbeat comes in between: one that says that the place is gone would be heard before, or after joining.
        Subscription subscription = new Subscription(
                List.copyOf(topics),
                assignor.subscriptionUserData(topics),
                consumer.assignment().stream().sorted(Text.order()).toList(),
                generation,
                Optional.empty());
        state = State.JOINING;
        fate.between(process);
        join = kafka.group().join(memberId, instance, ConsumerProtocol.serializeSubscription(subscription));
    }

    private void loseAll() {
        Set<TopicPartition> all = consumer.assignment();
        if (!all.isEmpty()) {
            Exception failure = tellLost(all);
            consumer.assigned(Set.of());
            rethrow(failure);
        }
    }

    private void joined(Group.Answer<Group.Joined> answer) {
        join = null;
        if (answer.error() != Errors.NONE) {
            failed(answer.error());
            return;
        }
        Group.Joined place = answer.value();
        if (state != State.JOINING) {
            // A heartbeat has said meanwhile that there is no such place any more.
            reset(true);
            return;
        }
        state = State.SYNCING;
        generation = place.generation();
        memberId = place.member();
        Map<String, ByteBuffer> assignments = place.leads() ? assign(place) : Map.of();
        fate.between(process);
        sync = kafka.group().sync(memberId, instance, generation, assignments);
    }

    private Map<String, ByteBuffer> assign(Group.Joined place) {
        Map<String, Subscription> subscriptions = new TreeMap<>();
        Map<String, List<TopicPartition>> owned = new HashMap<>();
        place.subscriptions().forEach((id, bytes) -> {
            Subscription subscription = ConsumerProtocol.deserializeSubscription(bytes);
            subscription.setGroupInstanceId(Optional.ofNullable(place.instances().get(id)));
            subscriptions.put(id, subscription);
            owned.put(id, subscription.ownedPartitions());
        });
        Map<String, Assignment> assignments = assignor.assign(Cluster.empty(), new GroupSubscription(subscriptions))
                .groupAssignment();
        refuseHandOvers(owned, assignments);
        Map<String, ByteBuffer> bytes = new HashMap<>();
        assignments.forEach((id, assignment) -> bytes.put(id, ConsumerProtocol.serializeAssignment(assignment)));
        kafka.trace(instance, "assigns " + describe(assignments));
        return bytes;
    }

    private static String describe(Map<String, Assignment> assignments) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(assignments)
                .forEach((id, assignment) -> text.append(id)
                        .append(": ")
                        .append(Text.partitions(assignment.partitions()))
                        .append("; "));
        return text.toString();
    }

    /** The client's own check: what one member loses must not be another's in the same round. */
    private static void refuseHandOvers(
            Map<String, List<TopicPartition>> owned, Map<String, Assignment> assignments) {
        Set<TopicPartition> taken = new HashSet<>();
        Set<TopicPartition> given = new HashSet<>();
        assignments.forEach((id, assignment) -> {
            List<TopicPartition> before = owned.getOrDefault(id, List.of());
            before.stream().filter(one -> !assignment.partitions().contains(one)).forEach(taken::add);
            assignment.partitions().stream().filter(one -> !before.contains(one)).forEach(given::add);
        });
        given.retainAll(taken);
        if (!given.isEmpty()) {
            throw new IllegalStateException("the assignor has handed over in one round: " + Text.partitions(given));
        }
    }

    private void synced(Group.Answer<ByteBuffer> answer) {
        sync = null;
        if (answer.error() != Errors.NONE) {
            failed(answer.error());
            return;
        }
        if (state != State.SYNCING) {
            rejoinNeeded = true;
            return;
        }
        state = State.STABLE;
        rejoinNeeded = false;
        ByteBuffer bytes = answer.value();
        if (bytes.remaining() < Short.BYTES) {
            throw new IllegalStateException("the assignment of " + memberId + " is empty");
        }
        // Before the callbacks, which may throw: they are not repeated.
        needsJoinPrepare = true;
        complete(ConsumerProtocol.deserializeAssignment(bytes));
    }

    private void complete(Assignment assignment) {
        metadata = new ConsumerGroupMetadata(groupId, generation, memberId, Optional.of(instance));
        Set<TopicPartition> owned = consumer.assignment();
        Set<TopicPartition> assigned = new TreeSet<>(Text.order());
        assigned.addAll(assignment.partitions());
        Set<TopicPartition> revoked = new TreeSet<>(Text.order());
        revoked.addAll(owned);
        revoked.removeAll(assigned);
        Set<TopicPartition> added = new TreeSet<>(Text.order());
        added.addAll(assigned);
        added.removeAll(owned);
        kafka.trace(instance, "has " + Text.partitions(assigned) + " in generation " + generation);
        Exception failure = null;
        if (!revoked.isEmpty()) {
            kafka.count("tasks are revoked");
            failure = tell(() -> heard().onPartitionsRevoked(revoked));
            rejoinNeeded = true;
        }
        assignor.onAssignment(assignment, metadata);
        consumer.assigned(assigned);
        Exception second = tell(() -> heard().onPartitionsAssigned(added));
        rethrow(failure == null ? second : failure);
    }

    private ConsumerRebalanceListener heard() {
        if (listener == null) {
            throw new IllegalStateException(instance + " has not subscribed");
        }
        return listener;
    }

    private @Nullable Exception tellLost(Set<TopicPartition> partitions) {
        Set<TopicPartition> sorted = new TreeSet<>(Text.order());
        sorted.addAll(partitions);
        losing = true;
        kafka.count("tasks are lost");
        try {
            return tell(() -> heard().onPartitionsLost(sorted));
        } finally {
            losing = false;
        }
    }

    private @Nullable Exception tell(Runnable callback) {
        fate.between(process);
        try {
            callback.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static void rethrow(@Nullable Exception failure) {
        if (failure != null) {
            throw failure instanceof KafkaException kafka
                    ? kafka
                    : new KafkaException("User rebalance callback throws an error", failure);
        }
    }

    private void failed(Errors error) {
        kafka.trace(instance, "could not join: " + error);
        rejoinNeeded = true;
        switch (error) {
            case UNKNOWN_MEMBER_ID -> reset(true);
            case ILLEGAL_GENERATION -> reset(false);
            case REBALANCE_IN_PROGRESS -> state = State.UNJOINED;
            case FENCED_INSTANCE_ID -> throw fencedBy();
            default -> throw error.exception();
        }
    }

    private RuntimeException fencedBy() {
        RuntimeException failure = new FencedInstanceIdException("another process has joined as " + instance);
        fenced = failure;
        return failure;
    }

    private void reset(boolean alsoMemberId) {
        state = State.UNJOINED;
        generation = NONE;
        if (alsoMemberId) {
            memberId = "";
        }
        rejoinNeeded = true;
        needsJoinPrepare = true;
    }

    // ---- between polls

    /** What the client's own thread does every so often. */
    void heartbeat() {
        long nowMs = kafka.nowMs();
        boolean beats = state == State.STABLE || state == State.SYNCING;
        if (!beats || !kafka.isAvailable() || nowMs - lastHeartbeatMs < HEARTBEAT_MS) {
            return;
        }
        lastHeartbeatMs = nowMs;
        if (nowMs - lastPollMs > MAX_POLL_INTERVAL_MS) {
            kafka.trace(instance, "has not polled for too long");
            reset(true);
            return;
        }
        Errors error = kafka.group().heartbeat(memberId, instance, generation);
        if (error != Errors.NONE) {
            kafka.trace(instance, "hears " + error);
            kafka.count("heartbeat: " + error);
        }
        switch (error) {
            case NONE -> {}
            case REBALANCE_IN_PROGRESS -> rejoinNeeded |= state == State.STABLE;
            case ILLEGAL_GENERATION -> reset(false);
            case FENCED_INSTANCE_ID -> fencedBy();
            default -> reset(true);
        }
    }

    void close() {
        Set<TopicPartition> all = consumer.assignment();
        if (listener == null || all.isEmpty()) {
            return;
        }
        boolean lost = generation == NONE || memberId.isEmpty() || state == State.JOINING || state == State.SYNCING;
        Set<TopicPartition> sorted = new TreeSet<>(Text.order());
        sorted.addAll(all);
        Exception failure = lost ? tellLost(all) : tell(() -> heard().onPartitionsRevoked(new ArrayList<>(sorted)));
        consumer.assigned(Set.of());
        rethrow(failure);
    }
}
