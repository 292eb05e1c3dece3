package io.millrace.app.job;

import io.millrace.config.JobSpec;
import io.millrace.runtime.KafkaClients;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/** Asks a job's cluster something for a command that somebody waits for. */
final class BrokerAdmin {
    private static final Map<String, Object> LIMITS =
            Map.of("default.api.timeout.ms", "10000", "request.timeout.ms", "10000");

    private BrokerAdmin() {}

    static String brokers(JobSpec job) {
        return job.kafka().getOrDefault("bootstrap.servers", "(no bootstrap.servers)");
    }

    /** @throws UnreachableException if no broker answers within 10 s, the login is refused, or anything else of Kafka's goes wrong */
    static <T> T ask(JobSpec job, Function<Admin, T> question) {
        String brokers = brokers(job);
        try (Admin admin = Admin.create(new KafkaClients(job.kafka()).adminProperties(LIMITS))) {
            return question.apply(admin);
        } catch (AuthenticationException e) {
            throw new UnreachableException(
                    brokers + " refuses the login: " + e.getMessage() + ". Check security.protocol and sasl.*/ssl.*",
                    e);
        } catch (TimeoutException e) {
            throw new UnreachableException(
                    "no broker answers at " + brokers + " within 10 s. Check kafka: bootstrap.servers and the network",
                    e);
        } catch (KafkaException e) {
            throw new UnreachableException("cannot ask " + brokers + ": " + rootMessage(e), e);
        }
    }

    static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
