package io.millrace.app.job;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.engine.topology.Topology;
import io.millrace.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks a cluster whether a job could run on it: do its topics exist, may it read and write them, and do internal topics that an
 * earlier run made still fit. It changes nothing.
 */
public final class BrokerCheck {
    private final JobSpec job;
    private final Topology topology;
    private final String brokers;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, TopicDescription> found = new HashMap<>();
    private final Set<String> denied = new HashSet<>();

    private BrokerCheck(Plan plan) {
        this.job = plan.job();
        this.topology = plan.topology();
        this.brokers = BrokerAdmin.brokers(job);
    }

    /**
     * What keeps the job from running there, each with its place in the job; empty if nothing does.
     *
     * @throws UnreachableException if no broker answers within 10 s, or the login is refused
     */
    public static List<Problem> check(Plan plan) {
        BrokerCheck check = new BrokerCheck(plan);
        BrokerAdmin.ask(check.job, admin -> {
            check.describe(admin);
            return check;
        });
        check.external();
        check.internal();
        return check.problems;
    }

    private void describe(Admin admin) {
        Set<String> topics = new LinkedHashSet<>();
        job.sources().forEach(source -> source.topics().forEach(topic -> topics.add(topic.value())));
        job.sinks().forEach(sink -> topics.add(sink.topic().value()));
        topology.internalTopics().forEach(topic -> topics.add(topic.name()));
        Text deadLetters = job.errors().deadLetterTopic();
        if (deadLetters != null) {
            topics.add(deadLetters.value());
        }
        DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        admin.describeTopics(topics, options).topicNameValues().forEach((topic, future) -> {
            try {
                found.put(topic, BrokerAdmin.get(future));
            } catch (UnknownTopicOrPartitionException absent) {
                // what is in neither collection does not exist
            } catch (TopicAuthorizationException e) {
                denied.add(topic);
            }
        });
    }

    private void external() {
        for (JobSpec.Source source : job.sources()) {
            source.topics().forEach(topic -> external(topic, AclOperation.READ));
        }
        for (JobSpec.Sink sink : job.sinks()) {
            external(sink.topic(), AclOperation.WRITE);
        }
        if (job.errors().deadLetterTopic() != null) {
            external(job.errors().deadLetterTopic(), AclOperation.WRITE);
        }
    }

    private void external(Text topic, AclOperation needed) {
        TopicDescription description = found.get(topic.value());
        if (denied.contains(topic.value())) {
            problem(topic, "no right to DESCRIBE topic '" + topic.value() + "'", "needs DESCRIBE and " + needed);
        } else if (description == null) {
            problem(topic, "topic '" + topic.value() + "' does not exist at " + brokers, "create it first");
        } else if (lacks(description, needed)) {
            problem(topic, "no right to " + needed + " topic '" + topic.value() + "'", "add an ACL for " + needed);
        }
    }

    /** The broker's answer is null where it could not tell. */
    private static boolean lacks(TopicDescription topic, AclOperation needed) {
        Set<AclOperation> allowed = topic.authorizedOperations();
        return allowed != null && !allowed.contains(needed);
    }

    private void internal() {
        Map<String, Integer> partitions = topology.internalPartitions(name -> {
            TopicDescription topic = found.get(name);
            return topic == null ? 0 : topic.partitions().size();
        });
        for (InternalTopic topic : topology.internalTopics()) {
            internal(topic, partitions.getOrDefault(topic.name(), 0));
        }
    }

    private void internal(InternalTopic topic, int wanted) {
        mayUse(topic.name());
        TopicDescription description = found.get(topic.name());
        if (description != null && wanted > 0 && description.partitions().size() != wanted) {
            problem(
                    job.name(),
                    "internal topic '" + topic.name() + "' has "
                            + description.partitions().size() + " partitions, but the job needs " + wanted
                            + ", as many as its source has",
                    "start it anew with 'millrace reset'");
        }
    }

    private void mayUse(String topic) {
        TopicDescription description = found.get(topic);
        boolean usable = description == null
                || (!lacks(description, AclOperation.READ) && !lacks(description, AclOperation.WRITE));
        if (denied.contains(topic) || !usable) {
            problem(
                    job.name(),
                    "no right to use the internal topic '" + topic + "'",
                    "add ACLs for READ, WRITE, CREATE, DESCRIBE and DELETE on the prefix '"
                            + job.name().value() + "'");
        }
    }

    private void problem(Text at, String message, String hint) {
        problems.add(Problem.error(at.at(), at.length(), message, hint));
    }
}
