using Clovisor.Hosting.SessionApi;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Sessions;

/// <summary>What became of a report: an answer, or a status with all errors.</summary>
internal readonly record struct SessionOutcome(SessionAnswer? Answer, int Status, IReadOnlyList<ApiError> Errors)
{
    internal static SessionOutcome NotReady { get; } =
        Refused(StatusCodes.Status503ServiceUnavailable, new ApiError("", "No configuration is in force yet. Try again when /readyz answers 200."));

    internal static SessionOutcome Done(SessionAnswer answer) => new(answer, StatusCodes.Status200OK, []);

    internal static SessionOutcome TooMany(string message) => Refused(StatusCodes.Status429TooManyRequests, new ApiError("", message));

    internal static SessionOutcome Refused(int status, params IReadOnlyList<ApiError> errors) => new(null, status, errors);
}
