package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Problems;
import io.millrace.plan.expression.SqlContext;
import io.millrace.plan.expression.UncompilableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Plans jobs: checks every step, drops the columns that nobody reads, and cuts the rest into stages at the exchanges. The same job
 * always gives the same plan. Without state; from any thread.
 */
public final class Planner {
    private Planner() {}

    /**
     * @param schemas answers for sources whose columns are not in the job
     * @throws PlanException with every problem that could be found
     */
    public static Plan plan(JobSpec job, SchemaCatalog schemas) {
        List<Problem> problems = new ArrayList<>();
        SqlContext sql = new SqlContext();
        Topics topics = new Topics(schemas, sql, problems);
        Names names = new Names(job.name().value(), aggregates(job));
        List<Relation> relations = new LogicalPlanner(job, sql, topics, names, problems).plan();
        failOnErrors(problems);
        try {
            Plan plan = new PhysicalPlanner(job, sql.compiler(), topics, names).plan(relations);
            return new Plan(job, plan.topology(), Problems.sorted(problems), plan.notes());
        } catch (UncompilableException e) {
            problems.add(Problem.error(e.text().at(), e.text().length(), String.valueOf(e.getMessage()), null));
            throw new PlanException(problems);
        }
    }

    private static Set<String> aggregates(JobSpec job) {
        return job.steps().stream()
                .filter(JobSpec.Aggregate.class::isInstance)
                .map(step -> ((JobSpec.Aggregate) step).name().value())
                .collect(Collectors.toSet());
    }

    private static void failOnErrors(List<Problem> problems) {
        if (problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            throw new PlanException(problems);
        }
    }
}
