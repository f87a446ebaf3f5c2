using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class HttpFaultBinder
{
    public static HttpFault Bind(FieldReader r)
    {
        HttpFault delay = r.Object("delay", Delay) ?? new HttpFault();
        HttpFault abort = r.Object("abort", Abort) ?? new HttpFault();
        if (!r.Has("delay") && !r.Has("abort"))
        {
            r.Errors.Add(r.Line, r.Path, "has neither delay nor abort");
        }

        return new HttpFault
        {
            Delay = delay.Delay,
            DelayPercentage = delay.DelayPercentage,
            AbortHttpStatus = abort.AbortHttpStatus,
            AbortGrpcStatus = abort.AbortGrpcStatus,
            AbortPercentage = abort.AbortPercentage,
        };
    }

    private static HttpFault Delay(FieldReader r)
    {
        if (r.Has("exponentialDelay"))
        {
            r.Error("exponentialDelay", "is not supported by Istio; use fixedDelay");
        }

        int percent = r.Integer("percent", 0, 100);
        return new HttpFault { Delay = r.Duration("fixedDelay"), DelayPercentage = r.Object("percentage", PercentageBinder.Bind)?.Value ?? percent };
    }

    private static HttpFault Abort(FieldReader r)
    {
        if (r.Has("http2Error"))
        {
            r.Error("http2Error", "is not supported by Istio; use httpStatus or grpcStatus");
        }
        else if (!r.Has("httpStatus") && !r.Has("grpcStatus") && r.Has("percentage"))
        {
            r.Errors.Add(r.Line, r.Path, "has neither httpStatus nor grpcStatus");
        }

        int status = r.Integer("httpStatus", 200, 600);
        return new HttpFault
        {
            AbortHttpStatus = status,
            AbortGrpcStatus = r.Text("grpcStatus"),
            AbortPercentage = r.Object("percentage", PercentageBinder.Bind)?.Value ?? 0,
        };
    }
}
