package io.millrace.simulation;

import io.millrace.runtime.TaskAssignor;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.jspecify.annotations.Nullable;

/** The job's assignor, which is not told who has what: it assigns everything at once. */
public final class HastyAssignor implements ConsumerPartitionAssignor, Configurable {
    private final TaskAssignor assignor = new TaskAssignor();

    @Override
    public void configure(Map<String, ?> configs) {
        assignor.configure(configs);
    }

    @Override
    public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
        return assignor.subscriptionUserData(topics);
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription subscriptions) {
        Map<String, Subscription> blank = new HashMap<>();
        subscriptions
                .groupSubscription()
                .forEach((member, subscription) -> blank.put(
                        member,
                        new Subscription(
                                subscription.topics(),
                                subscription.userData(),
                                List.of(),
                                subscription.generationId().orElse(-1),
                                Optional.empty())));
        return assignor.assign(metadata, new GroupSubscription(blank));
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        assignor.onAssignment(assignment, metadata);
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return assignor.supportedProtocols();
    }

    @Override
    public String name() {
        return "hasty";
    }
}
