package io.millrace.app.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.config.Problem;
import io.millrace.local.LocalBroker;
import io.millrace.local.Topics;
import io.millrace.plan.Plan;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BrokerCheckIT {
    private static final String JOB = """
            job: checked
            kafka:
              bootstrap.servers: %s
            sources:
              clicks: {topic: clicks, schema: {page: STRING}}
            steps:
              - aggregate: {name: per_page, by: page, values: {views: COUNT(*)}}
              - to: counts
            sinks:
              counts: {topic: counts, key: page}
            """;

    @Test
    void missing_topics_are_told_at_their_place_and_internal_ones_need_not_exist() {
        try (LocalBroker broker = LocalBroker.start()) {
            List<Problem> problems = check(broker.bootstrapServers());
            assertThat(problems)
                    .extracting(Problem::message)
                    .containsExactly(
                            "topic 'clicks' does not exist at " + broker.bootstrapServers(),
                            "topic 'counts' does not exist at " + broker.bootstrapServers());
            assertThat(problems.get(0).at()).hasToString("job.yaml:5:19");

            Topics.create(broker.bootstrapServers(), "clicks", 3);
            Topics.create(broker.bootstrapServers(), "counts", 1);
            assertThat(check(broker.bootstrapServers())).isEmpty();

            String changelog = plan(broker.bootstrapServers())
                    .topology()
                    .stages()
                    .get(1)
                    .stores()
                    .get(0)
                    .changelogTopic();
            Topics.create(broker.bootstrapServers(), changelog, 2);
            assertThat(check(broker.bootstrapServers()))
                    .extracting(Problem::message)
                    .containsExactly("internal topic '" + changelog
                            + "' has 2 partitions, but the job needs 3, as many as its source has");
        }
    }

    @Test
    void a_broker_that_does_not_answer_is_named() {
        assertThatThrownBy(() -> check("127.0.0.1:1"))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("no broker answers at 127.0.0.1:1 within 10 s");
    }

    private static List<Problem> check(String bootstrapServers) {
        return BrokerCheck.check(plan(bootstrapServers));
    }

    private static Plan plan(String bootstrapServers) {
        return new JobFile("job.yaml", JOB.formatted(bootstrapServers)).plan(warning -> {});
    }
}
