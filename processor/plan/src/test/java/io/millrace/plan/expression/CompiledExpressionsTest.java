package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.engine.operator.transform.RowFunction;
import io.millrace.engine.operator.transform.RowPredicate;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class CompiledExpressionsTest {
    private static final RowType COLUMNS =
            RowType.of(new Column("id", Scalar.INT), new Column("secret", Scalar.STRING));

    private final SqlContext sql = new SqlContext(ZoneOffset.UTC);

    @Test
    void a_failure_names_the_expression_and_not_the_content() {
        RowFunction function = function("id + 1", "CAST(secret AS INT)", "id / 0");

        assertThatThrownBy(() -> function.apply(Row.of(0, 1, "hunter2")))
                .isInstanceOf(ExpressionFailedException.class)
                .hasMessage("CAST(secret AS INT): a text is not a number")
                .hasNoCause();
    }

    @Test
    void a_failing_condition_names_itself() {
        RowPredicate predicate = sql.compiler().predicate(expression("10 / id > 1"), COLUMNS);

        assertThat(predicate.test(Row.of(0, 2, ""))).isTrue();
        assertThat(predicate.test(Row.of(0, null, ""))).isFalse();
        assertThat(catchThrowable(() -> predicate.test(Row.of(0, 0, "")))).hasMessage("10 / id > 1: division by zero");
    }

    @Test
    void none_true_counts_unknown_as_not_true() {
        RowPredicate rest = sql.compiler().noneTrue(List.of(expression("id > 1"), expression("secret = 'a'")), COLUMNS);

        assertThat(rest.test(Row.of(0, 2, "b"))).isFalse();
        assertThat(rest.test(Row.of(0, 1, "a"))).isFalse();
        assertThat(rest.test(Row.of(0, null, null))).isTrue();
    }

    @Test
    void hundreds_of_columns_are_computed() {
        List<Expression> expressions = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            expressions.add(expression("id + " + i));
        }

        Object[] values = sql.compiler().function(expressions, COLUMNS).apply(Row.of(0, 1, ""));

        assertThat(values).hasSize(700).startsWith(1, 2, 3).endsWith(699, 700);
    }

    @Test
    void a_long_list_of_alternatives_stays_an_expression() {
        StringBuilder list = new StringBuilder("id IN (0");
        for (int i = 1; i < 300; i++) {
            list.append(", ").append(i * 2);
        }
        RowPredicate predicate = sql.compiler().predicate(expression(list + ")"), COLUMNS);

        assertThat(predicate.test(Row.of(0, 598, ""))).isTrue();
        assertThat(predicate.test(Row.of(0, 599, ""))).isFalse();
    }

    @Test
    void threads_may_share_functions_that_keep_caches() throws Exception {
        RowFunction function = function(
                "REGEXP_REPLACE(secret, '[0-9]+', '#')",
                "FORMAT_DATE('%Y-%m', DATE '1970-01-01' + INTERVAL '1' DAY * id)");
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int day = thread * 31;
            String month = "1970-0" + (thread + 1);
            calls.add(() -> {
                for (int i = 0; i < 2_000; i++) {
                    Object[] values = function.apply(Row.of(0, day, "a" + i));
                    if (!values[0].equals("a#") || !values[1].equals(month)) {
                        return false;
                    }
                }
                return true;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Boolean> answer : threads.invokeAll(calls)) {
                assertThat(answer.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private RowFunction function(String... expressions) {
        List<Expression> checked = new ArrayList<>();
        for (String expression : expressions) {
            checked.add(expression(expression));
        }
        return sql.compiler().function(checked, COLUMNS);
    }

    private Expression expression(String text) {
        List<Problem> problems = new ArrayList<>();
        Expression expression = sql.over("s", COLUMNS, problems::add).value(Text.of(text));
        assertThat(problems).isEmpty();
        if (expression == null) {
            throw new IllegalStateException(text);
        }
        return expression;
    }
}
