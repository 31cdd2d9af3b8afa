var o;function r(e){o=e}function d(){if(!o)throw new Error("no model provided");return o}export{r as a,d as b};
